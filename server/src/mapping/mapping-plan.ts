import type { ColumnType, LakeLeaf } from '#columns/column-type.ts'
import type { Expression } from './expression.ts'

/** One line of a mapping set, in the modern names. */
export interface MappingEntry {
  readonly sourceType: 'ATTRIBUTE' | 'EXPRESSION' | 'STATIC'
  /** A path, an expression, or the text of a constant. */
  readonly source: string
  /** A path of the table's fields. */
  readonly destination: string
}

/** A column that the source offers. */
export interface SourceColumn {
  readonly name: string
  readonly type: ColumnType
  readonly nullable?: boolean | undefined
}

/** What is wrong with an entry, or with the set as a whole where the entry is absent. */
export interface MappingProblem {
  /** A mapping with errors can't run; a warning tells what will not arrive. */
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly destination: string
  readonly source?: string | undefined
  readonly sourceType?: MappingEntry['sourceType'] | undefined
  /** Place of the entry in the set, from 0. */
  readonly entry?: number | undefined
}

/** A mapping set that was checked against source and table: plain JSON, for the threads that carry it out. */
export interface MappingPlan {
  /** The columns that are read from the source; nothing else needs to leave the database. */
  readonly usedColumns: readonly string[]
  /** Types of `usedColumns`, in the same order. */
  readonly columnTypes: readonly ColumnType[]
  /** In the depth-first order of the table's fields. */
  readonly outputs: readonly OutputColumn[]
  /** Paths of the outputs that reject a row when they are null. */
  readonly requiredPaths: readonly string[]
}

/** One primitive field of the table and where its values come from. */
export interface OutputColumn {
  readonly leaf: LakeLeaf
  /** The source as the mapping set has it, for messages. */
  readonly source: string
  readonly from: OutputSource
}

export type OutputSource =
  | { readonly kind: 'column'; readonly column: number; readonly conversion: ColumnConversion }
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'constant'; readonly text: string }

/**
 * How a column becomes a field. `none` hands the vector itself on; `value` goes row by row through
 * conversions.ts; the others work on whole vectors.
 */
export type ColumnConversion =
  | 'none'
  | 'int-to-long'
  | 'int-to-double'
  | 'long-to-double'
  | 'float-to-double'
  | 'decimal-to-double'
  | 'date-to-timestamp'
  | 'value'

/** The fastest conversion between two types. */
export function conversionBetween(from: ColumnType, to: ColumnType): ColumnConversion {
  if (isPassThrough(from, to)) return 'none'
  const isMoment = to.kind === 'timestamp' || to.kind === 'timestamptz'
  if (from.kind === 'date' && isMoment) return 'date-to-timestamp'
  return CONVERSIONS[`${from.kind}-${to.kind}`] ?? 'value'
}

const CONVERSIONS: Readonly<Record<string, ColumnConversion>> = {
  'int-long': 'int-to-long',
  'int-double': 'int-to-double',
  'long-double': 'long-to-double',
  'float-double': 'float-to-double',
  'decimal-double': 'decimal-to-double',
}

const INT64_DIGITS = 18

/** The bytes of the values mean the same: also between clocks with and without a zone, since both are UTC. */
function isPassThrough(from: ColumnType, to: ColumnType): boolean {
  if (from.kind === 'decimal' && to.kind === 'decimal') {
    const isSameLayout = from.precision <= INT64_DIGITS === to.precision <= INT64_DIGITS
    return from.scale === to.scale && from.precision <= to.precision && isSameLayout
  }
  const isMoment = (type: ColumnType) => type.kind === 'timestamp' || type.kind === 'timestamptz'
  return from.kind === to.kind || (isMoment(from) && isMoment(to))
}

const TEXT_LIKE: ReadonlySet<ColumnType['kind']> = new Set(['string'])
const NUMBERS: ReadonlySet<ColumnType['kind']> = new Set(['int', 'long', 'float', 'double', 'decimal'])
const DATES: ReadonlySet<ColumnType['kind']> = new Set(['date', 'timestamp', 'timestamptz'])

/** False when no value but null of one type has an equal of the other. */
export function canConvert(from: ColumnType, to: ColumnType): boolean {
  if (from.kind === to.kind || to.kind === 'string') return true
  // Text that happens to be Base64 must not turn into other bytes unasked.
  if (TEXT_LIKE.has(from.kind)) return to.kind !== 'binary'
  return (NUMBERS.has(from.kind) && NUMBERS.has(to.kind)) || (DATES.has(from.kind) && DATES.has(to.kind))
}
