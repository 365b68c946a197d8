import { describe, expect, test } from 'vitest'
import { FileFormatError, type RecordSplitter } from './file-record.ts'
import { splitterOf, type TextFormat } from './splitter-of.ts'

const CSV: TextFormat = { kind: 'csv', delimiter: ',', quote: '"', escape: '"' }

/** The records of a text that comes in pieces; broken ones with a `!` before them. */
function split(format: TextFormat, ...pieces: readonly (string | Uint8Array)[]): string[] {
  const splitter: RecordSplitter = splitterOf(format)
  const records = [...pieces.flatMap((piece) => splitter.push(Buffer.from(piece))), ...splitter.end()]
  return records.map(({ bytes, isBroken }) => (isBroken ? '!' : '') + Buffer.from(bytes).toString())
}

const TEXTS: readonly (readonly [TextFormat, string, readonly string[]])[] = [
  [{ kind: 'json-lines' }, '{"a":1}\n\n  \r\n{"a":2}', ['{"a":1}', '{"a":2}']],
  [
    { kind: 'json-lines' },
    '\uFEFF{"a":1}\nnone\n[{"a":2},{"a":"]"}]\n',
    ['{"a":1}', 'none', '{"a":2}', '{"a":"]"}'],
  ],
  [{ kind: 'json-lines' }, '[{"a":2},\n', ['![{"a":2},']],
  [
    { kind: 'json' },
    '[{"a":"}\\"]"}, {"b":[{}]}\n, 7 ,null, "x"]',
    ['{"a":"}\\"]"}', '{"b":[{}]}', '7', 'null', '"x"'],
  ],
  [{ kind: 'json' }, '\uFEFF{"a":\n{}}{"b":2} true{"c":3}', ['{"a":\n{}}', '{"b":2}', 'true', '{"c":3}']],
  [{ kind: 'json' }, '{"a":{"b":1}', ['{"a":{"b":1}']],
  [{ kind: 'json' }, ' [ ] ', []],
  [CSV, 'a,b.c,b/d\n1,,"é ""x"", \n y"\r\n\n,2', ['{"a":"1","b":{"d":"é \\"x\\", \\n y"}}', '!,2']],
  [
    CSV,
    '\uFEFFa,b.c\r\n1,"é ""x"", \n y"\r\n\n,2\n5" pipe,""\n',
    ['{"a":"1","b":{"c":"é \\"x\\", \\n y"}}', '{"b":{"c":"2"}}', '{"a":"5\\" pipe","b":{"c":""}}'],
  ],
  [CSV, 'a\n"x"y\n"open\n', ['!"x"y', '!"open\n']],
  [{ ...CSV, escape: '\\' }, 'a,b\n"x\\"y\\\\",\\\n', ['{"a":"x\\"y\\\\","b":"\\\\"}']],
]

describe('a file', () => {
  test.each(TEXTS)('%j of %j', (format, text, records) => {
    expect(split(format, text)).toEqual(records)
  })

  test.each(TEXTS)('%j of %j, wherever it is cut', (format, text, records) => {
    const bytes = Buffer.from(text)
    for (let first = 0; first < bytes.length; first++) {
      // A byte order mark is looked for in the first piece alone, which no reader makes that short.
      if (first < 3 && text.startsWith('\uFEFF')) continue
      const pieces = [bytes.subarray(0, first), bytes.subarray(first, first + 1), bytes.subarray(first + 1)]
      expect(split(format, ...pieces), `cut at ${first}`).toEqual(records)
    }
  })

  test.each<[TextFormat, string, string]>([
    [{ kind: 'json' }, '[{"a":1}', 'HW-FILE-TRUNCATED'],
    [{ kind: 'json' }, '[', 'HW-FILE-TRUNCATED'],
    [CSV, '', '118'],
    [CSV, 'a,,b\n', '118'],
    [CSV, 'a,a\n', '118'],
    [CSV, 'a,a.b\n', '118'],
    [CSV, '"a\n', '118'],
  ])('%j of %j can not be read', (format, text, code) => {
    const splitting = () => split(format, text)
    expect(splitting).toThrow(FileFormatError)
    expect(splitting).toThrow(expect.objectContaining({ code }))
  })

  test('with a record that has no end is none of that format', () => {
    const splitter = splitterOf({ kind: 'json' })
    const piece = Buffer.alloc(1024 * 1024, '{')
    expect(() => {
      for (let size = 0; size < 40; size++) splitter.push(piece)
    }).toThrow(expect.objectContaining({ code: 'HW-RECORD-TOO-LARGE' }))
  })

  test('with bytes that are no UTF-8 has broken rows', () => {
    expect(split(CSV, 'a\nx\n', Buffer.from([0xff]), '\n')).toEqual(['{"a":"x"}', '!\uFFFD'])
  })
})
