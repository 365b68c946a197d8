import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { ByteCounter } from './byte-counter.ts'
import { tooLarge } from './problems.ts'

test('bytes up to the limit go through and are counted', async () => {
  const counter = new ByteCounter(4, tooLarge)
  expect(await text(Readable.from(['ab', 'cd']).pipe(counter))).toBe('abcd')
  expect(counter.count).toBe(4)
})

test('one byte more ends the stream with what the client is told', async () => {
  const counter = new ByteCounter(4, tooLarge)
  await expect(text(Readable.from(['ab', 'cde']).pipe(counter))).rejects.toThrow(
    "can't carry more than 512 MB",
  )
})
