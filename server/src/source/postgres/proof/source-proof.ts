import type { ColumnBatch, Vector } from '#columns/vector.ts'
import { openSession } from '#source/postgres/connect/session.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { selectStatement } from '#source/postgres/read/copy-statement.ts'
import type { Slice } from '#source/postgres/read/plan-slices.ts'
import { importSnapshot } from '#source/postgres/read/snapshot.ts'
import { quoteIdentifier } from '#source/postgres/sql/quote.ts'
import type { WireColumn } from '#source/postgres/wire/wire-column.ts'
import { int64At, printDay, printerOf, printMoment } from './printed-value.ts'
import { TextHashSum } from './text-hash.ts'

/** What is known of a column of a slice: by what arrived, or by the server itself. */
export interface SourceColumnProof {
  readonly column: string
  readonly valueCount: number
  /** Sum of `hashtextextended` over the printed values; absent for types that are only counted: floats and bytes. */
  readonly hash?: string | undefined
  /** Ends of whole numbers, days and moments. */
  readonly min?: string | undefined
  readonly max?: string | undefined
}

export interface SourceProof {
  readonly rowCount: number
  readonly columns: readonly SourceColumnProof[]
}

/** True for columns whose printed values are hashed on both sides. */
function isHashed({ type }: WireColumn): boolean {
  return !['float', 'double', 'binary', 'uuid', 'time'].includes(type.columnType.kind)
}

/** True for columns whose ends are compared: those whose order is that of their numbers. */
function isOrdered({ type }: WireColumn): boolean {
  return ['int', 'long', 'date', 'timestamp', 'timestamptz'].includes(type.columnType.kind)
}

/** Counts and digests the columns of a slice as they arrive, before anything is made of them. */
export class WireDigester {
  readonly #columns: readonly ColumnSum[]
  #rowCount = 0

  constructor(columns: readonly WireColumn[]) {
    this.#columns = columns.map((column) => new ColumnSum(column))
  }

  add({ rowCount, columns }: ColumnBatch): void {
    this.#rowCount += rowCount
    this.#columns.forEach((sum, index) => {
      sum.add(columns[index] as Vector, rowCount)
    })
  }

  result(): SourceProof {
    return { rowCount: this.#rowCount, columns: this.#columns.map((sum) => sum.result()) }
  }
}

class ColumnSum {
  readonly #column: WireColumn
  readonly #hash: TextHashSum | undefined
  #valueCount = 0
  #min: bigint | undefined
  #max: bigint | undefined

  constructor(column: WireColumn) {
    this.#column = column
    this.#hash = isHashed(column) ? new TextHashSum() : undefined
  }

  add(vector: Vector, rowCount: number): void {
    const { validity } = vector
    for (let row = 0; row < rowCount; row++) this.#valueCount += validity[row] as number
    if (this.#hash !== undefined) this.#addHashes(this.#hash, vector, rowCount)
    if (isOrdered(this.#column)) this.#addEnds(vector, rowCount)
  }

  result(): SourceColumnProof {
    const { name, type } = this.#column
    const print = (value: bigint) => printNumber(type.columnType.kind, value)
    return {
      column: name,
      valueCount: this.#valueCount,
      ...(this.#hash === undefined ? {} : { hash: this.#hash.result() }),
      ...(this.#min === undefined ? {} : { min: print(this.#min) }),
      ...(this.#max === undefined ? {} : { max: print(this.#max) }),
    }
  }

  #addHashes(hash: TextHashSum, vector: Vector, rowCount: number): void {
    const { validity } = vector
    if (vector.kind === 'bytes') {
      const { heap, offsets, lengths } = vector
      for (let row = 0; row < rowCount; row++)
        if (validity[row] === 1) hash.add(heap, offsets[row] as number, lengths[row] as number)
      return
    }
    const print = printerOf(this.#column.type.columnType, vector)
    for (let row = 0; row < rowCount; row++) {
      if (validity[row] !== 1 || print === undefined) continue
      const bytes = Buffer.from(print(row), 'latin1')
      hash.add(bytes, 0, bytes.length)
    }
  }

  #addEnds(vector: Vector, rowCount: number): void {
    for (let row = 0; row < rowCount; row++) {
      if (vector.validity[row] !== 1) continue
      const value = numberAt(vector, row)
      if (this.#min === undefined || value < this.#min) this.#min = value
      if (this.#max === undefined || value > this.#max) this.#max = value
    }
  }
}

function numberAt(vector: Vector, row: number): bigint {
  if (vector.kind === 'int64') return int64At(vector.words, row)
  return vector.kind === 'int32' ? BigInt(vector.values[row] as number) : 0n
}

function printNumber(kind: string, value: bigint): string {
  if (kind === 'date') return printDay(Number(value))
  if (kind === 'timestamp') return printMoment(value, '')
  return kind === 'timestamptz' ? printMoment(value, '+00') : String(value)
}

/** The statement by which the server proves a slice: one pass over the very rows of its COPY, without a sort. */
export function proofStatement(
  slice: Slice,
  columns: readonly WireColumn[],
  where?: string | undefined,
): string {
  const parts = columns.flatMap((column, index) => {
    const value = quoteIdentifier(column.name)
    const printed = `pg_catalog.format('%s', ${value}) collate "C"`
    const hash = `sum(pg_catalog.hashtextextended(${printed}, 0)::numeric) filter (where ${value} is not null)`
    return [
      `count(${value})::text as v${index}`,
      `${isHashed(column) ? `coalesce(${hash}, 0)::text` : 'null'} as h${index}`,
      `${isOrdered(column) ? `min(${value})::text` : 'null'} as l${index}`,
      `${isOrdered(column) ? `max(${value})::text` : 'null'} as g${index}`,
    ]
  })
  const list = ['count(*)::text as rows', ...parts].join(', ')
  return `select ${list} from (${selectStatement(slice, columns, where)}) slice`
}

export interface AskedSlice {
  readonly target: ConnectionTarget
  readonly snapshotId: string
  readonly slice: Slice
  readonly columns: readonly WireColumn[]
  readonly where?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** How long the server works at it at most. */
  readonly statementTimeoutMs?: number | undefined
}

/** Lets the server prove a slice under the snapshot of its run. @throws SourceError */
export async function askForProof(asked: AskedSlice): Promise<SourceProof> {
  const { target, snapshotId, slice, columns, where, signal, statementTimeoutMs } = asked
  const options = { signal, statementTimeoutMs, applicationName: 'headwater-proof', readOnly: true }
  await using session = await openSession(target, options)
  await importSnapshot(session, snapshotId)
  const [row = {}] = await session.query<Record<string, string | null>>(proofStatement(slice, columns, where))
  return {
    rowCount: Number(row['rows']),
    columns: columns.map(({ name }, index) => ({
      column: name,
      valueCount: Number(row[`v${index}`]),
      ...present('hash', row[`h${index}`]),
      ...present('min', row[`l${index}`]),
      ...present('max', row[`g${index}`]),
    })),
  }
}

function present(name: string, value: string | null | undefined): Readonly<Record<string, string>> {
  return value === null || value === undefined ? {} : { [name]: value }
}
