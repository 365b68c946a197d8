import { isDeepStrictEqual } from 'node:util'
import type { FieldProof, LeafProof } from '#engine/task.ts'
import type { SourceProof } from '#source/postgres/proof/source-proof.ts'
import { RunFailedError } from './run-failed-error.ts'

/**
 * What was handed to the encoder and what DuckDB found in the file must be the same, field by field.
 * @throws RunFailedError HW-DIGEST-MISMATCH naming the first field that differs
 */
export function assertProven(proof: readonly LeafProof[]): void {
  const wrong = proof.find((leaf) => !agrees(leaf))
  if (wrong === undefined) return
  const { path, sent, landed } = wrong
  const message =
    `The file does not hold what was written to field ${path}: ` +
    `${describe(sent)} went in, ${describe(landed)} came out.`
  throw new RunFailedError('promotion', message, { code: 'HW-DIGEST-MISMATCH' })
}

function agrees({ sent, landed }: LeafProof): boolean {
  return (
    sent.digest === landed.digest &&
    sent.valueCount === landed.valueCount &&
    sent.nullCount === landed.nullCount &&
    sent.min === landed.min &&
    sent.max === landed.max
  )
}

function describe({ valueCount, nullCount, digest, min, max }: FieldProof): string {
  const counts = `${valueCount} values and ${nullCount} NULLs`
  const values = digest === undefined ? '' : ` with digest ${digest}`
  const ends = min === undefined && max === undefined ? '' : ` from ${min} to ${max}`
  return counts + values + ends
}

/**
 * What PostgreSQL says of a slice must be what has arrived of it, column by column.
 * @throws RunFailedError HW-SOURCE-MISMATCH naming the first column that differs
 */
export function assertArrived(told: SourceProof, arrived: SourceProof): void {
  const wrong = told.columns.find((column, index) => !isDeepStrictEqual(column, arrived.columns[index]))
  if (wrong === undefined && told.rowCount === arrived.rowCount) return
  const found = arrived.columns.find(({ column }) => column === wrong?.column)
  const what =
    wrong === undefined
      ? `${told.rowCount} rows, ${arrived.rowCount} have arrived`
      : `${JSON.stringify(wrong)}, what arrived is ${JSON.stringify(found)}`
  throw new RunFailedError('copy', `PostgreSQL's own account of the slice differs: ${what}.`, {
    code: 'HW-SOURCE-MISMATCH',
  })
}
