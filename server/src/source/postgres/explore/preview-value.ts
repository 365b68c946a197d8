import type { RelationColumn } from '#source/postgres/sql/read-columns.ts'

export type PreviewValue = string | number | boolean
export type PreviewRow = Readonly<Record<string, PreviewValue>>

/** From PostgreSQL's texts, in the order of the columns, to what JSON can say of them without a loss. */
export function previewRow(
  texts: readonly (string | null)[],
  columns: readonly RelationColumn[],
): PreviewRow {
  return Object.fromEntries(
    columns.flatMap((column, index) => {
      const text = texts[index] ?? null
      return text === null ? [] : [[column.name, previewValue(text, column)] as const]
    }),
  )
}

function previewValue(text: string, { type }: RelationColumn): PreviewValue {
  switch (type.decoder) {
    case 'bool':
      return text === 't'
    case 'int2':
    case 'int4':
    case 'int8':
      return exactNumber(text, Number.isSafeInteger)
    case 'float4':
    case 'float8':
      return exactNumber(text, isFiniteNumber)
    case 'timestamp':
      return isoTimestamp(text, type.columnType.kind === 'timestamptz')
    case 'bytes':
      return type.columnType.kind === 'binary' ? base64OfHex(text) : text
    default:
      return text
  }
}

/** Integers beyond 2^53 have no exact number in JSON, NaN and the infinities none at all. */
function exactNumber(text: string, isExact: (value: number) => boolean): PreviewValue {
  const value = Number(text)
  return isExact(value) ? value : text
}

/** JSON prints -0 as 0. */
function isFiniteNumber(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0)
}

/** `2022-06-22 17:19:33+00` (the session is in UTC) -> `2022-06-22T17:19:33Z`; `infinity` stays. */
function isoTimestamp(text: string, hasZone: boolean): string {
  const iso = text.replace(/^(\d+-\d\d-\d\d) /, '$1T')
  return hasZone ? iso.replace(/\+00(?= BC$|$)/, 'Z') : iso
}

function base64OfHex(text: string): string {
  return Buffer.from(text.slice('\\x'.length), 'hex').toString('base64')
}
