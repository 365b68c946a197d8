/**
 * What a value of a column means. The names are those of Apache Iceberg's primitive types, because that is
 * where every value ends; `Vector` (vector.ts) says how values of such a type lie in memory.
 */
export type ColumnType =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'int' }
  | { readonly kind: 'long' }
  | { readonly kind: 'float' }
  | { readonly kind: 'double' }
  /** Exact; the stored integer is the value times 10^scale. 1 <= precision <= 38, 0 <= scale <= precision. */
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  /** Days since 1970-01-01. */
  | { readonly kind: 'date' }
  /** Microseconds since midnight. */
  | { readonly kind: 'time' }
  /** Microseconds since 1970-01-01T00:00:00 of a wall clock without a zone. */
  | { readonly kind: 'timestamp' }
  /** Microseconds since 1970-01-01T00:00:00Z. */
  | { readonly kind: 'timestamptz' }
  /** UTF-8 text. */
  | { readonly kind: 'string' }
  | { readonly kind: 'binary' }
  /** Sixteen bytes in the order in which they are printed. */
  | { readonly kind: 'uuid' }

/** A type with parts: what a dataset's table is made of. Ids are Iceberg field ids, unique in a table. */
export type LakeType =
  | ColumnType
  | { readonly kind: 'struct'; readonly fields: readonly LakeField[] }
  | {
      readonly kind: 'list'
      readonly elementId: number
      readonly elementRequired: boolean
      readonly element: LakeType
    }
  | {
      readonly kind: 'map'
      readonly keyId: number
      readonly key: LakeType
      readonly valueId: number
      readonly valueRequired: boolean
      readonly value: LakeType
    }

/** One field of a dataset's table, at any depth. */
export interface LakeField {
  readonly id: number
  readonly name: string
  readonly required: boolean
  readonly type: LakeType
  readonly doc?: string | undefined
}

/** A list or a map with everything in it. */
export type CollectionType = Extract<LakeType, { readonly kind: 'list' | 'map' }>

/**
 * One field that a run writes, with the names that lead to it from the top of the table. It travels as one
 * vector; of a struct every field does so by itself.
 */
export interface LakeColumn {
  readonly id: number
  /** `['person', 'name', 'firstName']`; never empty. */
  readonly path: readonly string[]
  readonly required: boolean
  readonly type: ColumnType | CollectionType
}

/** A field without parts. */
export interface LakeLeaf extends LakeColumn {
  readonly type: ColumnType
}

/** True for a type without parts. */
export function isColumnType(type: LakeType): type is ColumnType {
  return type.kind !== 'struct' && type.kind !== 'list' && type.kind !== 'map'
}

/** True for a field that travels as a vector of plain values. */
export function isLeaf(column: LakeColumn): column is LakeLeaf {
  return isColumnType(column.type)
}

/** The type as Iceberg writes it: `decimal(12,2)`, `timestamptz`, `string`. Types with parts give their kind. */
export function formatLakeType(type: LakeType): string {
  return type.kind === 'decimal' ? `decimal(${type.precision},${type.scale})` : type.kind
}

/** The inverse of {@link formatLakeType} for primitive types; `undefined` for any other text. */
export function parseColumnType(text: string): ColumnType | undefined {
  const decimal = /^decimal\((\d{1,2}),\s*(\d{1,2})\)$/.exec(text)
  if (decimal) {
    const [precision, scale] = [Number(decimal[1]), Number(decimal[2])]
    const isValid = precision >= 1 && precision <= 38 && scale <= precision
    return isValid ? { kind: 'decimal', precision, scale } : undefined
  }
  return PLAIN_KINDS.has(text) ? ({ kind: text } as ColumnType) : undefined
}

const PLAIN_KINDS: ReadonlySet<string> = new Set([
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'string',
  'binary',
  'uuid',
])
