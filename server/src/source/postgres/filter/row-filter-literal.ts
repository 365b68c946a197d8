import type { FilterColumn } from './row-filter.ts'
import { RowFilterError } from './row-filter-error.ts'

/** A literal as text, and the type that it is cast to. */
export interface FilterLiteral {
  readonly text: string
  readonly cast: string
}

const INTEGER = /^[+-]?\d{1,18}$/
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$/
const NOT_FINITE = /^(?:nan|[+-]?inf(?:inity)?)$/i
const UUID = /^\{?[0-9a-f]{4}(?:-?[0-9a-f]{4}){7}\}?$/i

/** Checks what can be known without the server: a literal of the wrong kind never becomes part of a query. */
export function literalFor(column: FilterColumn, value: unknown): FilterLiteral {
  const { literalCast } = column.type
  switch (literalCast) {
    case 'boolean':
      return { text: booleanText(column, value), cast: literalCast }
    case 'bigint': {
      const text = numberText(column, value)
      // 1.5 and numbers beyond 64 bits are fair to compare an integer with, but not as an integer.
      return { text, cast: INTEGER.test(text) ? 'bigint' : 'numeric' }
    }
    case 'real':
    case 'double precision':
    case 'numeric':
    case 'numeric::money':
      return { text: numberText(column, value), cast: literalCast }
    case 'date':
    case 'timestamp':
    case 'timestamptz':
    case 'uuid':
      return { text: stringOnly(column, value), cast: literalCast }
    default:
      return { text: scalarText(column, value), cast: literalCast }
  }
}

function booleanText(column: FilterColumn, value: unknown): string {
  const text = typeof value === 'string' ? value.trim().toLowerCase() : String(value)
  if (text !== 'true' && text !== 'false') throw unfit(column, value)
  return text
}

function numberText(column: FilterColumn, value: unknown): string {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : ''
  const mayBeNotFinite = column.type.literalCast !== 'bigint'
  if (NUMBER.test(text) || (mayBeNotFinite && NOT_FINITE.test(text))) return text
  throw unfit(column, value)
}

function stringOnly(column: FilterColumn, value: unknown): string {
  if (typeof value !== 'string') throw unfit(column, value)
  if (column.type.literalCast === 'uuid' ? UUID.test(value) : DATE_LIKE.test(value.trim())) return value
  throw unfit(column, value)
}

/** The server judges the date itself; this keeps out `today` and its kin, which mean another day each day. */
const DATE_LIKE = /^(?:\d.*|-?infinity)$/i

function scalarText(column: FilterColumn, value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw unfit(column, value)
}

function unfit(column: FilterColumn, value: unknown): RowFilterError {
  const shown = JSON.stringify(value)?.slice(0, 60) ?? 'nothing'
  return new RowFilterError(
    `${shown} can't be compared with column "${column.name}" of type ${column.type.typeName}.`,
  )
}
