import type { ColumnType, LakeColumn } from '#columns/column-type.ts'
import type { TextCheck } from '#typemap/text-check.ts'
import type { TextShape } from '#typemap/text-shape.ts'
import type { Expression } from './expression.ts'
import type { FieldRules } from './field-rules.ts'
import type { PathStep } from './paths.ts'
import type { ValuePolicy } from './value-policy.ts'

/** One line of a mapping set, in the modern names. */
export interface MappingEntry {
  readonly sourceType: 'ATTRIBUTE' | 'EXPRESSION' | 'STATIC'
  /** A path, an expression, or the text of a constant. */
  readonly source: string
  /** A path of the table's fields. */
  readonly destination: string
  /** The value is also to be among the identities of the row, where the schema has `identityMap`. */
  readonly identity?: IdentityMark | undefined
}

export interface IdentityMark {
  /** The code of the namespace: `Email`. */
  readonly namespace: string
  readonly isPrimary: boolean
}

/** A column that the source offers. */
export interface SourceColumn {
  readonly name: string
  readonly type: ColumnType
  readonly nullable?: boolean | undefined
  /** Its text is that of a value with parts. */
  readonly shape?: TextShape | undefined
  /** What has to be looked at in its text before it lands as it is. */
  readonly check?: TextCheck | undefined
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
  /** Places of those of them whose texts may be any bytes. */
  readonly uncheckedColumns?: readonly number[] | undefined
  /** In the depth-first order of the table's fields. */
  readonly outputs: readonly OutputColumn[]
  /** Structs whose fields the schema asks for; outer ones before those inside them. */
  readonly objects: readonly ObjectPlan[]
  /** Paths of the outputs that reject a row when they are null. */
  readonly requiredPaths: readonly string[]
}

/** One field of the table that travels as a vector, and where its values come from. */
export interface OutputColumn {
  readonly leaf: LakeColumn
  /** The source as the mapping set has it, for messages. */
  readonly source: string
  /** Place of the entry in the set; absent for a default. */
  readonly entry?: number | undefined
  readonly from: OutputSource
  readonly rules?: FieldRules | undefined
  /** The struct around it among `objects`; absent at the top, and where nothing is asked of the struct's fields. */
  readonly parent?: number | undefined
  /** A row is set aside that has the struct around it, and not this field. */
  readonly isNeeded?: boolean | undefined
  /** For values that PostgreSQL can hold and the field cannot; `quarantine` when absent. */
  readonly policy?: ValuePolicy | undefined
}

export type OutputSource =
  | {
      readonly kind: 'column'
      readonly column: number
      readonly conversion: ColumnConversion
      readonly check?: TextCheck | undefined
    }
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'constant'; readonly text: string }
  /** A list or map is put together of parts, the later over the earlier. */
  | { readonly kind: 'tree'; readonly parts: readonly TreePart[] }
  /** Nothing: a default of the schema fills it. */
  | { readonly kind: 'default' }

/** What one entry puts into a list or map. */
export interface TreePart {
  /** Where in it; empty for the whole. */
  readonly steps: readonly PathStep[]
  readonly source: string
  readonly entry: number
  readonly expression: Expression
  /** The value is added to the identities of its namespace. */
  readonly identity?: IdentityMark | undefined
}

/** A struct outside of lists and maps. It is there where anything below it is. */
export interface ObjectPlan {
  readonly path: readonly string[]
  /** Outputs below it, the last excluded. */
  readonly firstOutput: number
  readonly endOutput: number
  /** The struct around it, as for outputs. */
  readonly parent?: number | undefined
  readonly isNeeded: boolean
  /** Fields that the schema asks for and that no mapping fills: with them no row can have the struct. */
  readonly unfilled: readonly string[]
}

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
