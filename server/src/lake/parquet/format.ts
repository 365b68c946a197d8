import type { ColumnType } from '#columns/column-type.ts'

/** Numbers of the Parquet format's Thrift definition, as far as they are written here. */
export const PhysicalType = Object.freeze({
  BOOLEAN: 0,
  INT32: 1,
  INT64: 2,
  FLOAT: 4,
  DOUBLE: 5,
  BYTE_ARRAY: 6,
  FIXED_LEN_BYTE_ARRAY: 7,
})
export type PhysicalType = (typeof PhysicalType)[keyof typeof PhysicalType]

export const Repetition = Object.freeze({ REQUIRED: 0, OPTIONAL: 1, REPEATED: 2 })
export type Repetition = (typeof Repetition)[keyof typeof Repetition]

export const ConvertedType = Object.freeze({
  UTF8: 0,
  MAP: 1,
  LIST: 3,
  DECIMAL: 5,
  DATE: 6,
  TIME_MICROS: 8,
  TIMESTAMP_MICROS: 10,
})
export type ConvertedType = (typeof ConvertedType)[keyof typeof ConvertedType]

export const Encoding = Object.freeze({ PLAIN: 0, RLE: 3, RLE_DICTIONARY: 8 })
export type Encoding = (typeof Encoding)[keyof typeof Encoding]

export const Codec = Object.freeze({ ZSTD: 6 })

export const PageType = Object.freeze({ DATA_PAGE: 0, DICTIONARY_PAGE: 2 })
export type PageType = (typeof PageType)[keyof typeof PageType]

/** What a file's schema says about a value besides its physical type. */
export type LogicalType =
  | { readonly kind: 'string' | 'date' | 'uuid' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'time' | 'timestamp'; readonly isAdjustedToUtc: boolean }

/** How values of a type lie in a file. */
export interface PhysicalLayout {
  readonly physicalType: PhysicalType
  /** Bytes of a FIXED_LEN_BYTE_ARRAY. */
  readonly typeLength?: number | undefined
  readonly convertedType?: ConvertedType | undefined
  readonly logicalType?: LogicalType | undefined
}

/** The layout that Iceberg prescribes for a type in Parquet. */
export function physicalLayoutOf(type: ColumnType): PhysicalLayout {
  return type.kind === 'decimal' ? decimalLayout(type.precision, type.scale) : LAYOUTS[type.kind]
}

function decimalLayout(precision: number, scale: number): PhysicalLayout {
  const logicalType = { kind: 'decimal', precision, scale } as const
  const common = { convertedType: ConvertedType.DECIMAL, logicalType }
  if (precision <= 9) return { physicalType: PhysicalType.INT32, ...common }
  if (precision <= 18) return { physicalType: PhysicalType.INT64, ...common }
  const typeLength = decimalByteLength(precision)
  return { physicalType: PhysicalType.FIXED_LEN_BYTE_ARRAY, typeLength, ...common }
}

/** Fewest bytes of two's complement that hold every integer of `precision` decimal digits. */
export function decimalByteLength(precision: number): number {
  const limit = 10n ** BigInt(precision) - 1n
  let bytes = 1
  while (2n ** BigInt(8 * bytes - 1) - 1n < limit) bytes++
  return bytes
}

const LAYOUTS: Readonly<Record<Exclude<ColumnType['kind'], 'decimal'>, PhysicalLayout>> = {
  boolean: { physicalType: PhysicalType.BOOLEAN },
  int: { physicalType: PhysicalType.INT32 },
  long: { physicalType: PhysicalType.INT64 },
  float: { physicalType: PhysicalType.FLOAT },
  double: { physicalType: PhysicalType.DOUBLE },
  date: {
    physicalType: PhysicalType.INT32,
    convertedType: ConvertedType.DATE,
    logicalType: { kind: 'date' },
  },
  time: {
    physicalType: PhysicalType.INT64,
    convertedType: ConvertedType.TIME_MICROS,
    logicalType: { kind: 'time', isAdjustedToUtc: false },
  },
  // The format asks for the converted type even where it means UTC and the logical type says otherwise, for
  // readers that know converted types only.
  timestamp: {
    physicalType: PhysicalType.INT64,
    convertedType: ConvertedType.TIMESTAMP_MICROS,
    logicalType: { kind: 'timestamp', isAdjustedToUtc: false },
  },
  timestamptz: {
    physicalType: PhysicalType.INT64,
    convertedType: ConvertedType.TIMESTAMP_MICROS,
    logicalType: { kind: 'timestamp', isAdjustedToUtc: true },
  },
  string: {
    physicalType: PhysicalType.BYTE_ARRAY,
    convertedType: ConvertedType.UTF8,
    logicalType: { kind: 'string' },
  },
  binary: { physicalType: PhysicalType.BYTE_ARRAY },
  uuid: {
    physicalType: PhysicalType.FIXED_LEN_BYTE_ARRAY,
    typeLength: 16,
    logicalType: { kind: 'uuid' },
  },
}
