import type { Session } from '#source/postgres/connect/session.ts'
import type { RowFilter } from '#source/postgres/filter/row-filter.ts'
import { selectItem } from '#source/postgres/read/copy-statement.ts'
import { quoteQualified } from '#source/postgres/sql/quote.ts'
import type { RelationColumn } from '#source/postgres/sql/read-columns.ts'
import type { RelationShape } from './describe-relation.ts'
import { ColumnNotFoundError } from './relation-errors.ts'

export interface PreviewOptions {
  /** Rows at most; default 100, capped at 1000. */
  readonly limit?: number | undefined
  /** Compiled for the shape's columns. */
  readonly filter?: RowFilter | undefined
  /** Only these, in this order. */
  readonly columns?: readonly string[] | undefined
  /** Default 30 seconds. */
  readonly timeoutMs?: number | undefined
}

export type PreviewValue = string | number | boolean
export type PreviewRow = Readonly<Record<string, PreviewValue>>

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1_000
const DEFAULT_TIMEOUT_MS = 30_000

/**
 * The first rows that come, in no particular order, in a read-only transaction. NULLs are left out of their
 * row. Numbers are JSON numbers where those are exact, else text.
 * @throws ColumnNotFoundError, SourceError (57014 after the timeout)
 */
export async function previewRelation(
  session: Session,
  shape: RelationShape,
  options: PreviewOptions = {},
): Promise<PreviewRow[]> {
  const columns = options.columns?.map((name) => findColumn(shape, name)) ?? shape.columns
  if (columns.length === 0) return []
  const limit = Math.min(Math.max(1, Math.floor(options.limit ?? DEFAULT_LIMIT)), MAX_LIMIT)
  const where = options.filter === undefined ? '' : `where ${options.filter.sql}`
  const sql = `select ${columns.map(selectItem).join(', ')}
                 from ${quoteQualified(shape.schema, shape.name)} ${where} limit ${limit}`
  await session.query(
    `begin read only; set local statement_timeout = ${options.timeoutMs ?? DEFAULT_TIMEOUT_MS}`,
  )
  try {
    const values = options.filter?.values ?? []
    const rows = await session.query<Record<string, string | null>>(sql, values, { values: 'raw' })
    return rows.map((row) => previewRow(row, columns))
  } finally {
    await session.query('rollback').catch(() => {})
  }
}

function findColumn(shape: RelationShape, name: string): RelationColumn {
  const column = shape.columns.find((candidate) => candidate.name === name)
  if (column) return column
  throw new ColumnNotFoundError(
    name,
    shape.columns.map((candidate) => candidate.name),
  )
}

function previewRow(
  row: Readonly<Record<string, string | null>>,
  columns: readonly RelationColumn[],
): PreviewRow {
  return Object.fromEntries(
    columns.flatMap((column) => {
      const text = row[column.name] ?? null
      return text === null ? [] : [[column.name, previewValue(text, column)] as const]
    }),
  )
}

/** From PostgreSQL's text to what JSON can say of it without a loss. */
function previewValue(text: string, { type }: RelationColumn): PreviewValue {
  switch (type.decoder) {
    case 'bool':
      return text === 't'
    case 'int2':
    case 'int4':
    case 'int8':
    case 'float4':
    case 'float8':
      return exactNumber(text, type.decoder === 'int8')
    case 'timestamp':
      return isoTimestamp(text, type.columnType.kind === 'timestamptz')
    case 'bytes':
      return type.columnType.kind === 'binary' ? base64OfHex(text) : text
    default:
      return text
  }
}

/** NaN and the infinities have no JSON number; integers beyond 2^53 have no exact one. */
function exactNumber(text: string, mustBeSafe: boolean): PreviewValue {
  const value = Number(text)
  const isExact = mustBeSafe ? Number.isSafeInteger(value) : Number.isFinite(value)
  return isExact ? value : text
}

/** `2022-06-22 17:19:33+00` (the session is in UTC) -> `2022-06-22T17:19:33Z`; `infinity` stays. */
function isoTimestamp(text: string, hasZone: boolean): string {
  const iso = text.replace(/^(\d+-\d\d-\d\d) /, '$1T')
  return hasZone ? iso.replace(/\+00(?= BC$|$)/, 'Z') : iso
}

function base64OfHex(text: string): string {
  return Buffer.from(text.slice('\\x'.length), 'hex').toString('base64')
}
