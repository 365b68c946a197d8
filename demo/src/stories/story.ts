import type { Answer } from '../api.ts'

/** What one journey ingests: a relation, the schema it lands in and how its columns get there. */
export interface Story {
  readonly relation: string
  /** Titles are unique in a sandbox, so each run of the demo adds its own stamp. */
  readonly title: string
  readonly about: string
  readonly behavior: 'record' | 'time-series'
  /** Fields below the tenant's namespace, as JSON schema properties. */
  readonly fields: Readonly<Record<string, Answer>>
  readonly mappings: (tenant: string) => readonly MappingLine[]
  /** A question to the landed table. */
  readonly question: (table: string, tenant: string) => string
}

export interface MappingLine {
  readonly sourceType: 'ATTRIBUTE' | 'EXPRESSION' | 'STATIC'
  readonly source: string
  readonly destination: string
}

/** A column as it is. */
export function copy(source: string, destination: string): MappingLine {
  return { sourceType: 'ATTRIBUTE', source, destination }
}

/** A calculated field. */
export function calculate(source: string, destination: string): MappingLine {
  return { sourceType: 'EXPRESSION', source, destination }
}
