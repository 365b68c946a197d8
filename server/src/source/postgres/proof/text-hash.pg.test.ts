import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { createTestSource } from '#source/postgres/testing/test-source.ts'
import { TextHashSum } from './text-hash.ts'

const source = await createTestSource()
afterAll(() => source[Symbol.asyncDispose]())

function hashOf(texts: readonly string[]): string {
  const sum = new TextHashSum()
  for (const text of texts) {
    const bytes = Buffer.from(`xx${text}`, 'utf8')
    sum.add(bytes, 2, bytes.length - 2)
  }
  return sum.result()
}

async function askServer(texts: readonly string[]): Promise<unknown> {
  const { rows } = await source.database.query(
    'select coalesce(sum(hashtextextended(t, 0)::numeric), 0)::text as hash from unnest($1::text[]) t',
    [texts],
  )
  return rows[0]?.['hash']
}

test('texts of every length up to a few words hash as the server hashes them', async () => {
  for (let length = 0; length <= 40; length++) {
    const text = 'abcdefghijklmnopqrstuvwxyzäöü€0123456789'.slice(0, length)
    expect([text, hashOf([text])]).toEqual([text, await askServer([text])])
  }
})

test('sums of the hashes of any texts are those of the server, in any order', async () => {
  const text = fc
    .string({ unit: 'grapheme', maxLength: 60 })
    .filter((it) => !it.includes('\0') && it.isWellFormed())
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 50 }), async (texts) => {
      expect(hashOf(texts.toReversed())).toBe(await askServer(texts))
    }),
    { numRuns: 50, seed: 7 },
  )
})
