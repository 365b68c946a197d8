import { expect, test } from 'vitest'
import {
  assertBatchStep,
  BATCH_STATES,
  type BatchState,
  batchStateOf,
  isBatchUnderWay,
} from './batch-states.ts'

const STATES = [...new Set(BATCH_STATES.flatMap((word) => batchStateOf(word) ?? []))]

function allows(from: BatchState, to: BatchState): boolean {
  try {
    assertBatchStep('b', from, to)
    return true
  } catch {
    return false
  }
}

test('there are sixteen words for fourteen states', () => {
  expect(new Set(BATCH_STATES).size).toBe(16)
  expect(STATES).toHaveLength(14)
  expect(batchStateOf('toString')).toBeUndefined()
})

test('a batch that is under way can fail and succeed, any other cannot', () => {
  for (const state of STATES.filter((one) => one !== 'success' && one !== 'failed')) {
    expect([allows(state, 'success'), allows(state, 'failed')]).toEqual(
      isBatchUnderWay(state) ? [true, true] : [false, false],
    )
  }
})

test('no state leads back to one before it', () => {
  const reached = (from: BatchState, seen = new Set<BatchState>()): Set<BatchState> => {
    for (const to of STATES.filter((one) => one !== from && allows(from, one) && !seen.has(one)))
      reached(to, seen.add(to))
    return seen
  }
  for (const state of ['loading', 'loaded', 'success', 'failed', 'inactive', 'deleted'] as const) {
    expect(reached(state).has(state)).toBe(false)
  }
  expect([...reached('loading')].sort()).toEqual(STATES.filter((state) => state !== 'loading').sort())
  expect([...reached('deleted')]).toEqual([])
})

test('an abort is for a batch that is loading, and a way back for one that has succeeded', () => {
  expect(STATES.filter((state) => allows(state, 'aborted'))).toEqual(['loading', 'aborted'])
  expect(STATES.filter((state) => allows(state, 'inactive'))).toEqual(['success', 'inactive'])
  expect(() => assertBatchStep('b', 'success', 'loading')).toThrow("Batch 'b' is success and can't become")
})
