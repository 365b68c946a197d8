import type { Json } from './json.ts'

/**
 * The text of one JSON array whose items come in chunks, chunk by chunk. What the chunks throw is thrown on, so
 * that the text ends where it stands and never looks complete.
 */
export async function* jsonArrayText(
  chunks: AsyncIterable<readonly Json[]>,
): AsyncGenerator<string, void, undefined> {
  let separator = '['
  for await (const items of chunks) {
    const texts = items.map((item) => JSON.stringify(item))
    if (texts.length === 0) continue
    yield `${separator}${texts.join(',')}`
    separator = ','
  }
  yield separator === '[' ? '[]' : ']'
}
