import { selectItem } from '#source/postgres/read/copy-statement.ts'
import { quoteIdentifier } from '#source/postgres/sql/quote.ts'
import type { RelationColumn } from '#source/postgres/sql/read-columns.ts'
import type { DecoderName } from '#typemap/postgres-types.ts'

/** A value of a preview that was too long to be shown whole. */
export interface CutValue {
  /** Place of the row in the answer, from 0. */
  readonly row: number
  readonly column: string
  /** Of the whole value; of types other than text and bytea that are stored compressed, as stored. */
  readonly sizeBytes: number
}

/** Longer values are cut. */
const MAX_VALUE_BYTES = 65_536
/** Characters (bytes of a bytea) that are left of a value that is cut. */
const SHOWN_LENGTH = 1_024

/** Types whose values are short whatever they are. */
const SHORT: ReadonlySet<DecoderName> = new Set<DecoderName>([
  'bool',
  'int2',
  'int4',
  'int8',
  'float4',
  'float8',
  'date',
  'timestamp',
  'uuidText',
])

/**
 * The column as a preview selects it: exactly as a run reads it, but cut when it is long. Text and bytea are
 * measured and cut without being fetched from where PostgreSQL stores long values. Of other types only the stored
 * size is at hand; what is long by that isn't shown at all, because any part of it would cost the whole.
 */
export function shownItem(column: RelationColumn): string {
  const { name, text, isLong, prefix } = partsOf(column)
  if (isLong === undefined) return selectItem(column)
  if (prefix !== undefined) return `case when ${isLong} then ${prefix} else ${name} end`
  return `case when ${isLong} then null when ${isLongText(text)} then left(${text}, ${SHOWN_LENGTH}) else ${text} end`
}

/**
 * One item that lists the columns which {@link shownItem} cut, with their sizes: `3:52428800,7:70000`. One for
 * all, because a select list has no room for two a column.
 */
export function cutList(columns: readonly RelationColumn[]): string {
  const sizes = columns.flatMap((column, index) => sizeItem(column, index) ?? [])
  return sizes.length === 0 ? "''" : `array_to_string(array[${sizes.join(', ')}]::text[], ',')`
}

function sizeItem(column: RelationColumn, index: number): string | undefined {
  const { text, isLong, prefix, size } = partsOf(column)
  if (isLong === undefined) return undefined
  const stored = `when ${isLong} then '${index}:' || ${size}`
  const printed = `when ${isLongText(text)} then '${index}:' || octet_length(${text})`
  return `case ${prefix === undefined ? `${stored} ${printed}` : stored} end`
}

/** Reads {@link cutList} back. */
export function parseCutList(text: string, row: number, columns: readonly RelationColumn[]): CutValue[] {
  if (text === '') return []
  return text.split(',').map((item) => {
    const [index, sizeBytes] = item.split(':').map(Number)
    return { row, column: columns[index ?? 0]?.name ?? '', sizeBytes: sizeBytes ?? 0 }
  })
}

interface ColumnParts {
  readonly name: string
  /** The value as text. */
  readonly text: string
  readonly size: string
  /** Absent for short types. */
  readonly isLong?: string
  /** What is shown of a long value; absent where that can't be had without the whole. */
  readonly prefix?: string
}

function partsOf({ name: plain, type, baseTypeOid }: RelationColumn): ColumnParts {
  const name = quoteIdentifier(plain)
  const text = `${name}${type.readCast === '' || type.readCast === 'printed' ? '::text' : type.readCast}`
  if (SHORT.has(type.decoder)) return { name, text, size: '0' }
  const prefix = prefixOf(name, baseTypeOid)
  const size = prefix === undefined ? `pg_column_size(${name})` : `octet_length(${name})`
  const parts = { name, text, size, isLong: `${size} > ${MAX_VALUE_BYTES}` }
  return prefix === undefined ? parts : { ...parts, prefix }
}

/** `left` and `substring` fetch only what they show, unless the value is stored compressed. */
function prefixOf(name: string, baseTypeOid: number): string | undefined {
  switch (baseTypeOid) {
    case 25: // text
    case 1043: // varchar
      return `left(${name}, ${SHOWN_LENGTH})`
    case 1042: // char(n): a cast of the others to text would strip the blanks at their end
      return `left(${name}::text, ${SHOWN_LENGTH})::bpchar`
    case 17: // bytea
      return `substring(${name} from 1 for ${SHOWN_LENGTH})`
    default:
      return undefined
  }
}

function isLongText(text: string): string {
  return `octet_length(${text}) > ${MAX_VALUE_BYTES}`
}
