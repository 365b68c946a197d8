import { expect, test } from 'vitest'
import { combineAnswers } from './combine-answers.ts'
import type { WrittenSlice } from './task.ts'

const OUTPUT: WrittenSlice = {
  rowsRead: 3,
  rowsWritten: 2,
  rowsRejected: 1,
  proof: [],
  warnings: [],
  rejects: [],
  hasDiagnostics: false,
}

test('the slice has the bytes of the reader and the rows of the encoder', () => {
  const read = { type: 'read', rowCount: 3, byteCount: 42 } as const
  expect(combineAnswers(read, { type: 'written', output: OUTPUT })).toEqual({ ...OUTPUT, bytesRead: 42 })
})

test('a slice without rows has no bytes, although the copy has a frame', () => {
  const output = { ...OUTPUT, rowsRead: 0, rowsWritten: 0, rowsRejected: 0 }
  const read = { type: 'read', rowCount: 0, byteCount: 26 } as const
  expect(combineAnswers(read, { type: 'written', output }).bytesRead).toBe(0)
})

test('a row that is lost between the threads fails the slice', () => {
  const read = { type: 'read', rowCount: 4, byteCount: 42 } as const
  expect(() => combineAnswers(read, { type: 'written', output: OUTPUT })).toThrow(
    expect.objectContaining({
      name: 'SliceError',
      code: 'HW-ROW-COUNT',
      message: '4 rows were read, 3 reached the encoder.',
    }),
  )
})
