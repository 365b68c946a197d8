import { isUtf8 } from 'node:buffer'
import type { ColumnType } from '#columns/column-type.ts'
import type { AnyVector, BytesVector, Vector } from '#columns/vector.ts'
import type { TextCheck } from '#typemap/text-check.ts'
import type { OutputLog } from './batch-log.ts'
import { NO_UTF8 } from './conversion-problem.ts'
import { keepRows } from './keep-rows.ts'
import type { Produce } from './produce-values.ts'
import { bufferOf } from './read-vector.ts'
import { type SpecialValues, specialValuesOf } from './special-values.ts'
import type { Value } from './values.ts'
import { putterOf } from './write-vector.ts'

/** A column that becomes a field as it is. */
export interface PassedColumn {
  readonly column: number
  readonly type: ColumnType
  readonly check?: TextCheck | undefined
}

/** The vector itself, or a copy where values had to be settled. */
export function passThrough({ column, type, check }: PassedColumn, log: OutputLog): Produce {
  const special = specialValuesOf(type)
  return ({ columns, rowCount }) => {
    const vector = columns[column] as Vector
    if (check === 'json') remarkEscapes(vector as BytesVector, rowCount, log)
    if (check === 'utf8') return settleBytes(vector as BytesVector, rowCount, log)
    return special === undefined ? vector : settleSpecial({ vector, type, special }, rowCount, log)
  }
}

interface SpecialColumn {
  readonly vector: Vector
  readonly type: ColumnType
  readonly special: SpecialValues
}

function settleSpecial(
  { vector, type, special }: SpecialColumn,
  rowCount: number,
  log: OutputLog,
): AnyVector {
  let settled: Vector | undefined
  for (let row = special.find(vector, 0, rowCount); row >= 0; row = special.find(vector, row + 1, rowCount)) {
    const problem = special.problemAt(vector, row)
    const value = problem && log.settle(row, problem)
    // A row that is set aside goes as a whole.
    if (value === undefined) continue
    settled ??= copyOf(vector, rowCount)
    replace(settled, type, row, value)
  }
  return settled ?? vector
}

function copyOf(vector: Vector, rowCount: number): Vector {
  return keepRows(
    vector,
    Uint32Array.from({ length: rowCount }, (_, row) => row),
  ) as Vector
}

function replace(vector: Vector, type: ColumnType, row: number, value: Value): void {
  if (value !== null) putterOf(type, vector, vector.validity.length)(row, value)
  else {
    vector.validity[row] = 0
    vector.nullCount++
  }
}

export const JSON_ESCAPE_CODE = 'HW-JSON-ESCAPE'

const BACKSLASH = 0x5c
/** `\u0000`, or half of a pair of surrogates without the other: JSON can say them, text cannot hold them. */
const UNHOLDABLE =
  /\\u0000|\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}/

/** The text lands byte for byte; who parses it later may fail, and is told how often. */
function remarkEscapes(
  { heap, offsets, lengths, validity }: BytesVector,
  rowCount: number,
  log: OutputLog,
): void {
  const buffer = bufferOf(heap)
  // Values lie in the order of their rows: most of them are passed over by one search for the next backslash.
  let searched = 0
  let found = buffer.indexOf(BACKSLASH)
  for (let row = 0; row < rowCount; row++) {
    if (validity[row] !== 1) continue
    const start = offsets[row] as number
    const end = start + (lengths[row] as number)
    if (start < searched || (found >= 0 && found < start)) found = buffer.indexOf(BACKSLASH, start)
    searched = start
    if (found < 0 || found >= end) continue
    if (!UNHOLDABLE.test(withoutPairs(buffer.toString('utf8', start, end)))) continue
    log.remark(
      row,
      JSON_ESCAPE_CODE,
      'The JSON escapes a NUL or half of a surrogate pair, which texts cannot hold',
    )
  }
}

/** Two backslashes are one, and escape nothing. */
function withoutPairs(text: string): string {
  return text.replaceAll('\\\\', '  ')
}

function settleBytes(vector: BytesVector, rowCount: number, log: OutputLog): AnyVector {
  const { heap, offsets, lengths, validity } = vector
  let settled: Vector | undefined
  for (let row = 0; row < rowCount; row++) {
    const start = offsets[row] as number
    // A copy: the memory of the ring is shared, which isUtf8 does not read.
    const isText = validity[row] !== 1 || isUtf8(heap.slice(start, start + (lengths[row] as number)))
    const value = isText ? undefined : log.settle(row, NO_UTF8)
    if (value === undefined) continue
    settled ??= copyOf(vector, rowCount)
    replace(settled, { kind: 'string' }, row, null)
  }
  return settled ?? vector
}
