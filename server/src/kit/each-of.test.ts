import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eachOf } from './each-of.ts'

test('every item has its turn, and no more than so many at a time', async () => {
  const seen: number[] = []
  let [running, most] = [0, 0]
  await eachOf(new Set([1, 2, 3, 4, 5, 6, 7]), { atOnce: 3 }, async (item) => {
    most = Math.max(most, ++running)
    await turn()
    seen.push(item)
    running--
  })
  expect(seen.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(most).toBe(3)
})

test('what fails is told', async () => {
  const failing = eachOf([1, 2, 3], { atOnce: 2 }, async (item) => {
    if (item === 2) throw new Error('two')
  })
  await expect(failing).rejects.toThrow('two')
})
