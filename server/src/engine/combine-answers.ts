import { SliceError } from './slice-error.ts'
import type { SliceOutput } from './task.ts'
import type { FromThread } from './worker/messages.ts'

/**
 * Puts the answers of a lane's two threads together.
 * @throws SliceError HW-ROW-COUNT when not every row that was read has reached the encoder
 */
export function combineAnswers(read: FromThread | undefined, written: FromThread | undefined): SliceOutput {
  if (read?.type !== 'read' || written?.type !== 'written') throw new Error('a thread answered out of turn')
  const { output } = written
  if (output.rowsRead !== read.rowCount) {
    const message = `${read.rowCount} rows were read, ${output.rowsRead} reached the encoder.`
    throw new SliceError('encoder', { name: 'RowCountError', message, code: 'HW-ROW-COUNT' })
  }
  // What frames a copy without rows is no data.
  return { ...output, bytesRead: read.rowCount === 0 ? 0 : read.byteCount }
}
