import { expect, test } from 'vitest'
import type { Json } from './json.ts'
import { jsonArrayText } from './json-array.ts'

async function* chunksOf(...chunks: (readonly Json[] | Error)[]): AsyncGenerator<readonly Json[]> {
  for (const chunk of chunks) {
    if (chunk instanceof Error) throw chunk
    yield chunk
  }
}

async function join(chunks: AsyncIterable<readonly Json[]>): Promise<string> {
  const texts: string[] = []
  for await (const text of jsonArrayText(chunks)) texts.push(text)
  return texts.join('')
}

test.each<[string, readonly (readonly Json[])[]]>([
  ['no chunk', []],
  ['empty chunks', [[], []]],
  ['one', [[1, 'a', null]]],
  ['several, some of them empty', [[], [{ a: 1 }], [], [[2], 'ü"\n']]],
])('%s', async (_, chunks) => {
  expect(JSON.parse(await join(chunksOf(...chunks)))).toEqual(chunks.flat())
})

test('an error leaves a text that is no JSON', async () => {
  const texts: string[] = []
  const reading = (async () => {
    for await (const text of jsonArrayText(chunksOf([1], new Error('gone')))) texts.push(text)
  })()
  await expect(reading).rejects.toThrow('gone')
  expect(() => JSON.parse(texts.join(''))).toThrow(SyntaxError)
})
