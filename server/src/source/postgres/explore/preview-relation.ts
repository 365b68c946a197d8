import type { Session } from '#source/postgres/connect/session.ts'
import { SourceError } from '#source/postgres/failures/source-error.ts'
import { QUERY_CANCELED } from '#source/postgres/failures/sql-states.ts'
import type { RowFilter } from '#source/postgres/filter/row-filter.ts'
import { quoteIdentifier, quoteQualified } from '#source/postgres/sql/quote.ts'
import type { RelationColumn } from '#source/postgres/sql/read-columns.ts'
import { type CollectedRows, collectRows, type TextRow } from './collect-rows.ts'
import { type CutValue, cutList, parseCutList, shownItem } from './cut-values.ts'
import type { RelationShape } from './describe-relation.ts'
import { type BlockRange, type PreviewPlan, planPreview } from './plan-preview.ts'
import { type PreviewRow, previewRow } from './preview-value.ts'
import { ColumnNotFoundError } from './relation-errors.ts'

export interface PreviewOptions {
  /** Rows at most; default 100, capped at 1000. */
  readonly limit?: number | undefined
  /** Compiled for the shape's columns. */
  readonly filter?: RowFilter | undefined
  /** Only these, in this order. */
  readonly columns?: readonly string[] | undefined
  /** For all statements together; default 10 seconds. */
  readonly timeoutMs?: number | undefined
}

export interface Preview {
  /** Keyed by column; NULLs are left out. */
  readonly rows: readonly PreviewRow[]
  /** Why there may be more rows than these although fewer than wanted came, as a sentence. */
  readonly partialReason?: string | undefined
  readonly cutValues: readonly CutValue[]
}

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1_000
const DEFAULT_TIMEOUT_MS = 10_000
/** For a filter that an index could answer, when there are some rows already. */
const SECOND_LOOK_MS = 1_000
/** Of all values together: an answer is one text in memory. */
const MAX_LENGTH = 32 * 1024 * 1024

/**
 * Some rows, in no particular order and under one snapshot, without a sort and, of a large table, without reading
 * more than a small part of it. Only a filter that hardly any row passes, and a table that is all but empty, are
 * looked for from end to end while there is time. Numbers are JSON numbers where those are exact, else text.
 *
 * @throws ColumnNotFoundError, SourceError (57014 when no row came in time, 55000 for a materialised view that
 *   was never refreshed)
 */
export async function previewRelation(
  session: Session,
  shape: RelationShape,
  options: PreviewOptions = {},
): Promise<Preview> {
  if (!shape.isPopulated) throw notPopulated(shape)
  const columns = options.columns?.map((name) => findColumn(shape, name)) ?? shape.columns
  const limit = Math.min(Math.max(1, Math.floor(options.limit ?? DEFAULT_LIMIT)), MAX_LIMIT)
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const request: Request = {
    shape,
    columns,
    limit,
    filter: options.filter,
    timeoutMs,
    deadlineMs: performance.now() + timeoutMs,
  }
  const found = await inReadOnly(session, () => findRows(session, request))
  return toPreview(found, request)
}

function findColumn(shape: RelationShape, name: string): RelationColumn {
  const column = shape.columns.find((candidate) => candidate.name === name)
  if (column) return column
  throw new ColumnNotFoundError(
    name,
    shape.columns.map((candidate) => candidate.name),
  )
}

/**
 * Compiling hundreds of items costs more than they do, and one process of the server is enough. REPEATABLE READ
 * keeps a row that moves between two statements from coming twice.
 */
async function inReadOnly<T>(session: Session, work: () => Promise<T>): Promise<T> {
  await session.query(`
    begin transaction isolation level repeatable read read only;
    set local jit = off;
    set local max_parallel_workers_per_gather = 0`)
  try {
    return await work()
  } finally {
    await session.query('rollback').catch(() => {})
  }
}

interface Request {
  readonly shape: RelationShape
  readonly columns: readonly RelationColumn[]
  readonly limit: number
  readonly filter: RowFilter | undefined
  readonly timeoutMs: number
  readonly deadlineMs: number
}

interface FoundRows {
  readonly rows: readonly TextRow[]
  readonly partialReason?: string | undefined
}

async function findRows(session: Session, request: Request): Promise<FoundRows> {
  if (!request.shape.canReadInParallel) return await scanAll(session, request)
  const plan = planPreview(request.shape.leaves)
  const found = await readRanges(session, request, plan)
  if (found.stoppedBy !== undefined || found.rows.length >= request.limit || plan.isWhole)
    return { rows: found.rows, ...partial(found, request) }
  return await lookFurther(session, request, plan, found)
}

/** What was looked at doesn't hold rows enough. A filter may have an index; a table that is all but empty may end. */
async function lookFurther(
  session: Session,
  request: Request,
  plan: PreviewPlan,
  { rows }: CollectedRows,
): Promise<FoundRows> {
  if (rows.length === 0) return await scanAll(session, request)
  const partialReason = `Only ${plan.plannedBlocks} of the ${plan.blocks} blocks of ${request.shape.path} were looked at.`
  const isSelective = request.filter !== undefined || request.shape.isRowFiltered
  if (!isSelective) return { rows, partialReason }
  const deadlineMs = Math.min(request.deadlineMs, performance.now() + SECOND_LOOK_MS)
  const scanned = await scanAll(session, { ...request, deadlineMs })
  if (scanned.partialReason === undefined) return scanned
  return { rows: scanned.rows.length > rows.length ? scanned.rows : rows, partialReason }
}

/** Statement by statement, until there are rows enough. */
async function readRanges(session: Session, request: Request, plan: PreviewPlan): Promise<CollectedRows> {
  let found: CollectedRows = { rows: [], length: 0 }
  for (const ranges of plan.statements) {
    const missing = request.limit - found.rows.length
    if (missing <= 0 || found.stoppedBy !== undefined) break
    const sources = ranges.map((range) => selectFrom(request, fromRange(range)))
    const more = await collect(session, request, { sources, limit: missing, before: found })
    found = { ...more, rows: [...found.rows, ...more.rows] }
  }
  return found
}

async function scanAll(session: Session, request: Request): Promise<FoundRows> {
  const { schema, name } = request.shape
  const sources = [selectFrom(request, { from: quoteQualified(schema, name) })]
  const found = await collect(session, request, { sources, limit: request.limit })
  return { rows: found.rows, ...partial(found, request) }
}

function partial(
  { stoppedBy }: CollectedRows,
  { timeoutMs, shape }: Request,
): Pick<FoundRows, 'partialReason'> {
  if (stoppedBy === undefined) return {}
  if (stoppedBy === 'size')
    return { partialReason: 'The rows are so long that fewer of them fill an answer.' }
  return { partialReason: `No more rows of ${shape.path} came within ${timeoutMs / 1_000} seconds.` }
}

interface Statement {
  readonly sources: readonly string[]
  readonly limit: number
  /** What the answer holds already. */
  readonly before?: CollectedRows | undefined
}

/**
 * The limit stands below the items that cut, so that a view's expressions are computed once, and not at all for
 * rows that aren't shown.
 */
async function collect(session: Session, request: Request, statement: Statement): Promise<CollectedRows> {
  const { columns, filter, deadlineMs } = request
  const remainingMs = Math.max(1, Math.ceil(deadlineMs - performance.now()))
  await session.query(`set local statement_timeout = ${remainingMs}`)
  const length = statement.before?.length ?? 0
  const sql = `select ${[...columns.map(shownItem), cutList(columns)].join(', ')}
                 from (${statement.sources.join(' union all ')} limit ${statement.limit}) as found`
  const found = await collectRows(session, sql, {
    values: filter?.values,
    deadlineMs,
    maxLength: MAX_LENGTH - length,
  })
  return { ...found, length: length + found.length }
}

function selectFrom(
  { columns, filter }: Request,
  { from, where = [] }: { readonly from: string; readonly where?: readonly string[] },
): string {
  const list = columns.map((column) => quoteIdentifier(column.name)).join(', ')
  const conditions = [...where, ...(filter === undefined ? [] : [`(${filter.sql})`])]
  return `select ${list} from ${from}${conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`}`
}

/** Item numbers start at 1, so that (n,0) lies before every row of block n. */
function fromRange({ relation, fromBlock, toBlock }: BlockRange): { from: string; where: string[] } {
  const where = [`ctid >= '(${fromBlock},0)'::tid`, `ctid < '(${toBlock},0)'::tid`]
  return { from: `only ${relation}`, where }
}

function toPreview({ rows, partialReason }: FoundRows, request: Request): Preview {
  const { columns } = request
  if (rows.length === 0 && partialReason !== undefined) throw nothingInTime(request)
  return {
    rows: rows.map((texts) => previewRow(texts, columns)),
    ...(partialReason === undefined ? {} : { partialReason }),
    cutValues: rows.flatMap((texts, row) => parseCutList(texts[columns.length] ?? '', row, columns)),
  }
}

function notPopulated({ path }: RelationShape): SourceError {
  return new SourceError({
    code: '55000',
    stage: 'query',
    message: `The materialised view ${path} has never been filled.`,
    remedy: 'Run REFRESH MATERIALIZED VIEW on it and try again.',
  })
}

function nothingInTime({ shape, timeoutMs, filter }: Request): SourceError {
  return new SourceError({
    code: QUERY_CANCELED,
    stage: 'query',
    message: `No row of ${shape.path} came within ${timeoutMs / 1_000} seconds.`,
    remedy:
      filter === undefined
        ? 'Try again when the server is less busy; if it is a view, look at what it computes before its first row.'
        : 'Preview it without the filter, or filter by a column that has an index.',
  })
}
