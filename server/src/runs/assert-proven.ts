import type { LeafProof } from '#engine/task.ts'
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
    `${sent.valueCount} values with digest ${sent.digest} went in, ${landed.valueCount} with ${landed.digest} came out.`
  throw new RunFailedError('promotion', message, { code: 'HW-DIGEST-MISMATCH' })
}

function agrees({ sent, landed }: LeafProof): boolean {
  return (
    sent.digest === landed.digest &&
    sent.valueCount === landed.valueCount &&
    sent.nullCount === landed.nullCount
  )
}
