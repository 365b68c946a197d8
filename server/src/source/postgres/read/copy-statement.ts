import { quoteIdentifier, quoteLiteral } from '#source/postgres/sql/quote.ts'
import type { WireColumn } from '#source/postgres/wire/wire-column.ts'
import type { Slice, SliceRange } from './plan-slices.ts'

/**
 * The COPY that reads a slice: `columns` in this order, in the form that their decoders take. `where` is SQL
 * with its literals in it (`RowFilter.literalSql`), since COPY takes no parameters.
 * @throws RangeError without columns
 */
export function copyStatement(
  slice: Slice,
  columns: readonly WireColumn[],
  where?: string | undefined,
): string {
  return `copy (${selectStatement(slice, columns, where)}) to stdout (format binary)`
}

/** The query inside of {@link copyStatement}. */
export function selectStatement(
  slice: Slice,
  columns: readonly WireColumn[],
  where?: string | undefined,
): string {
  if (columns.length === 0) throw new RangeError('A copy needs at least one column.')
  const list = columns.map((column) => selectItem(column)).join(', ')
  return slice.ranges.map((range) => `select ${list} ${fromRange(range, where)}`).join(' union all ')
}

/** The column as its decoder takes it, under its own name. */
export function selectItem(column: WireColumn): string {
  const name = quoteIdentifier(column.name)
  const { readCast } = column.type
  if (readCast === '') return name
  if (readCast === 'printed')
    return `case when ${name} is not null then pg_catalog.format('%s', ${name}) end as ${name}`
  return `${name}${readCast} as ${name}`
}

function fromRange(range: SliceRange, where: string | undefined): string {
  const only = range.kind === 'blocks' ? 'only ' : ''
  const conditions = [
    ...identity(range),
    ...blockConditions(range),
    ...(range.condition === undefined ? [] : [`(${range.condition})`]),
    ...(where === undefined ? [] : [`(${where})`]),
  ]
  const clause = conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`
  return `from ${only}${range.relation}${clause}`
}

/** What the server quotes in its error when a name leads to another relation than the one that was planned. */
export const RELATION_REPLACED = 'RELATION_REPLACED'

/**
 * The lock of a run keeps a relation as it is, but not its schema: that may be renamed, and another take its name.
 * Name and number are compared within the statement that reads, where the planner of the server does it once and
 * leaves nothing for the rows: what can't become a boolean is only evaluated if they differ.
 */
function identity({ relation, oid }: SliceRange): string[] {
  if (oid === undefined) return []
  const isSame = `${quoteLiteral(relation)}::pg_catalog.regclass::pg_catalog.oid = ${oid}`
  return [`case when ${isSame} then true else '${RELATION_REPLACED}'::text::boolean end`]
}

/** Item numbers start at 1, so that (n,0) lies before every row of block n. */
function blockConditions(range: SliceRange): string[] {
  if (range.kind === 'whole') return []
  const from = range.fromBlock > 0 ? [`ctid >= '(${range.fromBlock},0)'::tid`] : []
  const to = range.toBlock === undefined ? [] : [`ctid < '(${range.toBlock},0)'::tid`]
  return [...from, ...to]
}
