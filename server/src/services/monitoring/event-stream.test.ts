import { once } from 'node:events'
import { expect, test } from 'vitest'
import { EventStream } from './event-stream.ts'

test('a stream beats while its reader is welcome, and ends when not', async () => {
  let isWelcome = true
  const stream = new EventStream(async () => isWelcome, 5)
  let text = ''
  stream.readable.on('data', (chunk) => {
    text += chunk
    if (text.includes(': beat')) isWelcome = false
  })
  await once(stream.readable, 'end')
  expect(text).toMatch(/: beat\n\n(.|\n)*event: end\n/)
})

test('a reader who does not keep up is let go', async () => {
  const stream = new EventStream(async () => true)
  const closed = once(stream.readable, 'close')
  const facts = { text: 'x'.repeat(100_000) }
  for (let count = 0; count < 12; count++) stream.tell({ kind: 'run', id: 'r', at: 1, facts }, 1)
  await closed
  expect(stream.readable.destroyed).toBe(true)
})
