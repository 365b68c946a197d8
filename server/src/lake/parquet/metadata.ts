import {
  Codec,
  ConvertedType,
  Encoding,
  type LogicalType,
  PageType,
  type PhysicalLayout,
  physicalLayoutOf,
  Repetition,
} from './format.ts'
import type { FieldNode } from './leaves.ts'
import { type NestedNode, REPEATED_GROUPS } from './nested-fields.ts'
import { ThriftCompactWriter } from './thrift-compact.ts'

/** What a page header says. */
export interface PageHeader {
  readonly type: PageType
  readonly valueCount: number
  readonly encoding: Encoding
  readonly uncompressedBytes: number
  readonly compressedBytes: number
  /** CRC-32 of the compressed bytes, unsigned. */
  readonly crc: number
}

/** Extremes and counts of one column chunk, values in PLAIN form without a length. */
export interface ChunkStatistics {
  readonly nullCount: number
  readonly min?: Uint8Array | undefined
  readonly max?: Uint8Array | undefined
  /** False where a long value was cut. */
  readonly isMinExact?: boolean | undefined
  readonly isMaxExact?: boolean | undefined
}

/** What the footer says about one column of one row group. Offsets are counted from the start of the file. */
export interface ChunkMetadata {
  readonly path: readonly string[]
  readonly layout: PhysicalLayout
  /** Rows, or entries below a list or map, with those that have no value. */
  readonly valueCount: number
  readonly dictionaryPageOffset?: number | undefined
  readonly dataPageOffset: number
  readonly dataPageCount: number
  readonly uncompressedBytes: number
  readonly compressedBytes: number
  readonly statistics: ChunkStatistics
}

export interface RowGroupMetadata {
  readonly rowCount: number
  readonly offset: number
  readonly chunks: readonly ChunkMetadata[]
}

export interface FileMetadata {
  readonly nodes: readonly FieldNode[]
  readonly columnCount: number
  readonly rowCount: number
  readonly rowGroups: readonly RowGroupMetadata[]
  readonly keyValues: Readonly<Record<string, string>>
}

const CREATED_BY = 'headwater version <0.1.0>'
const FORMAT_VERSION = 2

/** Writes a page header with `out`, which is cleared first. */
export function encodePageHeader(header: PageHeader, out: ThriftCompactWriter): Uint8Array {
  out.clear()
  out.i32(1, header.type)
  out.i32(2, header.uncompressedBytes)
  out.i32(3, header.compressedBytes)
  out.i32(4, header.crc | 0)
  if (header.type === PageType.DATA_PAGE) {
    out.struct(5, () => {
      out.i32(1, header.valueCount)
      out.i32(2, header.encoding)
      out.i32(3, Encoding.RLE)
      out.i32(4, Encoding.RLE)
    })
  } else {
    out.struct(7, () => {
      out.i32(1, header.valueCount)
      out.i32(2, header.encoding)
    })
  }
  return out.finish()
}

/** The footer's struct, without the length and the magic word that end the file. */
export function encodeFileMetadata(file: FileMetadata): Uint8Array {
  const out = new ThriftCompactWriter()
  const keyValues = Object.entries(file.keyValues)
  out.i32(1, FORMAT_VERSION)
  out.structList(2, flattenSchema(file.nodes), (element) => writeSchemaElement(out, element))
  out.i64(3, file.rowCount)
  out.structList(4, file.rowGroups, (group) => writeRowGroup(out, group))
  if (keyValues.length > 0) {
    out.structList(5, keyValues, ([key, value]) => {
      out.string(1, key)
      out.string(2, value)
    })
  }
  out.string(6, CREATED_BY)
  // One TypeDefinedOrder a column: min_value and max_value follow the order of the logical type.
  out.structList(7, new Array<undefined>(file.columnCount).fill(undefined), () => out.struct(1, () => {}))
  return out.finish()
}

/** A node of the schema, which is a tree told depth first. */
interface SchemaElement {
  readonly name: string
  /** Absent for the root. */
  readonly repetition?: Repetition | undefined
  /** Absent for the root and for the groups that only repeat. */
  readonly fieldId?: number | undefined
  readonly childCount: number
  /** Of a node with values. */
  readonly layout?: PhysicalLayout | undefined
  readonly collection?: 'list' | 'map' | undefined
}

function flattenSchema(nodes: readonly FieldNode[]): SchemaElement[] {
  return [{ name: 'table', childCount: nodes.length }, ...nodes.flatMap(flattenField)]
}

function flattenField(node: FieldNode): SchemaElement[] {
  if (node.kind === 'collection') return flattenNested(node.root)
  const { name, id: fieldId, required } = node.field
  const base = { name, fieldId, repetition: repetitionOf(required) }
  if (node.kind === 'leaf') return [{ ...base, childCount: 0, layout: physicalLayoutOf(node.column.type) }]
  return [{ ...base, childCount: node.children.length }, ...node.children.flatMap(flattenField)]
}

function flattenNested(node: NestedNode): SchemaElement[] {
  const base = { name: node.name, fieldId: node.id, repetition: repetitionOf(node.required) }
  switch (node.kind) {
    case 'leaf':
      return [{ ...base, childCount: 0, layout: physicalLayoutOf(node.type) }]
    case 'struct':
      return [{ ...base, childCount: node.children.length }, ...node.children.flatMap(flattenNested)]
    default: {
      const items = node.kind === 'list' ? [node.element] : [node.key, node.value]
      const repeated = {
        name: REPEATED_GROUPS[node.kind],
        repetition: Repetition.REPEATED,
        childCount: items.length,
      }
      return [{ ...base, childCount: 1, collection: node.kind }, repeated, ...items.flatMap(flattenNested)]
    }
  }
}

function repetitionOf(required: boolean): Repetition {
  return required ? Repetition.REQUIRED : Repetition.OPTIONAL
}

function writeSchemaElement(out: ThriftCompactWriter, element: SchemaElement): void {
  const { name, repetition, fieldId, childCount, layout, collection } = element
  if (layout) out.i32(1, layout.physicalType)
  if (layout?.typeLength !== undefined) out.i32(2, layout.typeLength)
  if (repetition !== undefined) out.i32(3, repetition)
  out.string(4, name)
  if (childCount > 0) out.i32(5, childCount)
  const convertedType = collection ? COLLECTION_TYPES[collection] : layout?.convertedType
  if (convertedType !== undefined) out.i32(6, convertedType)
  const logicalType = layout?.logicalType
  if (logicalType?.kind === 'decimal') {
    out.i32(7, logicalType.scale)
    out.i32(8, logicalType.precision)
  }
  if (fieldId !== undefined) out.i32(9, fieldId)
  if (collection) out.struct(10, () => out.struct(COLLECTION_FIELDS[collection], () => {}))
  else if (logicalType) out.struct(10, () => writeLogicalType(out, logicalType))
}

const COLLECTION_TYPES = { list: ConvertedType.LIST, map: ConvertedType.MAP } as const

/** Field ids of the LogicalType union. */
const COLLECTION_FIELDS = { map: 2, list: 3 } as const

function writeLogicalType(out: ThriftCompactWriter, type: LogicalType): void {
  out.struct(LOGICAL_TYPE_FIELDS[type.kind], () => {
    if (type.kind === 'decimal') {
      out.i32(1, type.scale)
      out.i32(2, type.precision)
    } else if (type.kind === 'time' || type.kind === 'timestamp') {
      out.bool(1, type.isAdjustedToUtc)
      out.struct(2, () => out.struct(2, () => {})) // the unit: MICROS
    }
  })
}

/** Field ids of the LogicalType union. */
const LOGICAL_TYPE_FIELDS: Readonly<Record<LogicalType['kind'], number>> = {
  string: 1,
  decimal: 5,
  date: 6,
  time: 7,
  timestamp: 8,
  uuid: 14,
}

function writeRowGroup(out: ThriftCompactWriter, group: RowGroupMetadata): void {
  const sum = (size: (chunk: ChunkMetadata) => number) =>
    group.chunks.reduce((total, chunk) => total + size(chunk), 0)
  out.structList(1, group.chunks, (chunk) => {
    out.i64(2, 0) // deprecated, but a required field
    out.struct(3, () => writeColumnMetadata(out, chunk))
  })
  out.i64(
    2,
    sum((chunk) => chunk.uncompressedBytes),
  )
  out.i64(3, group.rowCount)
  out.i64(5, group.offset)
  out.i64(
    6,
    sum((chunk) => chunk.compressedBytes),
  )
}

function writeColumnMetadata(out: ThriftCompactWriter, chunk: ChunkMetadata): void {
  const hasDictionary = chunk.dictionaryPageOffset !== undefined
  const dataEncoding = hasDictionary ? Encoding.RLE_DICTIONARY : Encoding.PLAIN
  out.i32(1, chunk.layout.physicalType)
  out.i32List(
    2,
    hasDictionary ? [Encoding.PLAIN, Encoding.RLE, dataEncoding] : [Encoding.PLAIN, Encoding.RLE],
  )
  out.stringList(3, chunk.path)
  out.i32(4, Codec.ZSTD)
  out.i64(5, chunk.valueCount)
  out.i64(6, chunk.uncompressedBytes)
  out.i64(7, chunk.compressedBytes)
  out.i64(9, chunk.dataPageOffset)
  if (chunk.dictionaryPageOffset !== undefined) out.i64(11, chunk.dictionaryPageOffset)
  out.struct(12, () => writeStatistics(out, chunk.statistics))
  const dictionaryPages = { type: PageType.DICTIONARY_PAGE, encoding: Encoding.PLAIN, count: 1 }
  const dataPages = { type: PageType.DATA_PAGE, encoding: dataEncoding, count: chunk.dataPageCount }
  out.structList(13, hasDictionary ? [dictionaryPages, dataPages] : [dataPages], (page) => {
    out.i32(1, page.type)
    out.i32(2, page.encoding)
    out.i32(3, page.count)
  })
}

function writeStatistics(out: ThriftCompactWriter, statistics: ChunkStatistics): void {
  const { min, max } = statistics
  out.i64(3, statistics.nullCount)
  if (max) out.binary(5, max)
  if (min) out.binary(6, min)
  if (max) out.bool(7, statistics.isMaxExact ?? true)
  if (min) out.bool(8, statistics.isMinExact ?? true)
}
