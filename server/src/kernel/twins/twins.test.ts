import { describe, expect, test } from 'vitest'
import { SeededRandom } from '#lake/parquet/round-trip.test-support.ts'
import {
  appendBytesDictionary,
  type BytesDictionary,
  expandBytesDictionary,
  readKey,
  rebuildBytesTable,
  sumEntryBytes,
} from './bytes-dictionary.ts'
import { encodeBigEndian128 } from './decimal128.ts'
import { copyBytes, findPlainEnd } from './gather-bytes.ts'
import { bitWidthOf, encodeHybrid, maxHybridBytes, packBooleans } from './hybrid.ts'
import { findExtremes2, findExtremes4, findPlainExtremes } from './min-max.ts'
import { appendDictionary4, rebuildTable } from './word-dictionary.ts'

/** Reads the hybrid encoding bit by bit, straight from its definition. */
function decodeHybrid(bytes: Uint8Array, bitWidth: number, count: number): number[] {
  const values: number[] = []
  let at = 0
  const varint = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }
  while (values.length < count) {
    const header = varint()
    if (header % 2 === 0) {
      let value = 0
      for (let i = 0; i < Math.ceil(bitWidth / 8); i++) value += (bytes[at++] as number) * 256 ** i
      for (let i = 0; i < header / 2; i++) values.push(value)
    } else {
      const groups = (header - 1) / 2
      for (let i = 0; i < groups * 8; i++) {
        let value = 0
        for (let bit = 0; bit < bitWidth; bit++) {
          const place = i * bitWidth + bit
          value += (((bytes[at + (place >> 3)] as number) >> (place & 7)) & 1) * 2 ** bit
        }
        values.push(value)
      }
      at += groups * bitWidth
    }
  }
  expect(at).toBe(bytes.length)
  return values.slice(0, count)
}

describe('hybrid of runs and bit packing', () => {
  test.each([1, 2, 3, 7, 8, 9, 13, 17, 20, 24])('width %i', (bitWidth) => {
    const random = new SeededRandom(bitWidth)
    for (let round = 0; round < 30; round++) {
      const values = new Uint32Array(1 + random.below(400))
      for (let i = 0; i < values.length; ) {
        const value = random.below(2 ** bitWidth)
        const run = random.chance(0.2) ? random.below(60) : 1
        for (let k = 0; k < run && i < values.length; k++) values[i++] = value
      }
      const from = random.below(values.length)
      const target = new Uint8Array(5 + maxHybridBytes(values.length - from)).fill(0xee)
      const end = encodeHybrid(values, from, values.length, bitWidth, target, 5)
      const decoded = decodeHybrid(target.subarray(5, end), bitWidth, values.length - from)
      expect(decoded).toEqual([...values.subarray(from)])
    }
  })

  test('a run takes a few bytes, whatever its length', () => {
    const target = new Uint8Array(maxHybridBytes(20_000))
    expect(encodeHybrid(new Uint32Array(20_000).fill(1), 0, 20_000, 1, target, 0)).toBe(4)
  })

  test('the width is that of the largest value, at least 1', () => {
    expect([0, 1, 2, 3, 4, 255, 256].map(bitWidthOf)).toEqual([1, 1, 2, 2, 3, 8, 9])
  })

  test('booleans are packed lowest bit first', () => {
    const target = new Uint8Array(3)
    expect(packBooleans(Uint8Array.of(1, 0, 1, 1, 0, 0, 0, 1, 1, 1), 0, 10, target, 1)).toBe(3)
    expect([...target]).toEqual([0, 0b10001101, 0b11])
  })
})

describe('dictionary of byte strings', () => {
  function createDictionary(slots: number): BytesDictionary {
    return {
      table: new Int32Array(slots),
      keys: new Int32Array(4 * slots),
      entryCount: 0,
      data: new DataView(new ArrayBuffer(64 * slots)),
      dataEnd: 0,
    }
  }

  /** Strings one after the other with nothing behind the last, so that reading too far throws. */
  function heapOf(values: readonly string[]) {
    const heap = new DataView(new Uint8Array(Buffer.from(values.join(''), 'latin1')).buffer)
    let end = 0
    const offsets = Uint32Array.from(values, (value) => {
      end += value.length
      return end - value.length
    })
    return { heap, offsets, lengths: Uint32Array.from(values, (value) => value.length) }
  }

  test('tells strings of every length apart, also at the end of the heap', () => {
    const words = [
      '',
      '\0',
      '\0\0',
      'a',
      'a\0',
      'ab',
      'abc',
      'abcd',
      'abcde',
      'abcdefg',
      'abcdefgh',
      'abcdefgi',
    ]
    const values = [
      ...words,
      'abcdefghi',
      'abcdefghj',
      'x'.repeat(40),
      `${'x'.repeat(39)}y`,
      ...words.toReversed(),
    ]
    const { heap, offsets, lengths } = heapOf(values)
    const dictionary = createDictionary(64)
    const indices = new Uint32Array(values.length)
    appendBytesDictionary(dictionary, heap, offsets, lengths, undefined, 0, values.length, indices, 0)
    const distinct = [...new Set(values)]
    expect([...indices]).toEqual(values.map((value) => distinct.indexOf(value)))
    expect(dictionary.entryCount).toBe(distinct.length)
  })

  test('tells strings apart whose keys differ in their length only, whatever slots they meet in', () => {
    const values = Array.from({ length: 9 }, (_, length) => '\0'.repeat(length))
    const { heap, offsets, lengths } = heapOf([...values, ...values])
    const dictionary = createDictionary(9)
    dictionary.table = new Int32Array(16)
    const indices = new Uint32Array(18)
    appendBytesDictionary(dictionary, heap, offsets, lengths, undefined, 0, 18, indices, 0)
    expect([...indices]).toEqual([...values.keys(), ...values.keys()])
  })

  test('tells long strings apart whose hashes are the same', () => {
    const values = ['5694dcd1ac05cd722462cbea', '4a78487b029d7b7bf87ec91e'].map((hex) =>
      Buffer.from(hex, 'hex').toString('latin1'),
    )
    const { heap, offsets, lengths } = heapOf(values)
    const keys = [0, 1].map((i) => {
      const key = new Int32Array(2)
      readKey(heap, offsets[i] as number, 12, key)
      return [...key]
    })
    expect(keys[0]).toEqual(keys[1])
    const indices = new Uint32Array(2)
    appendBytesDictionary(createDictionary(8), heap, offsets, lengths, undefined, 0, 2, indices, 0)
    expect([...indices]).toEqual([0, 1])
  })

  test('every string can be the last of the heap', () => {
    for (let length = 0; length < 20; length++) {
      const values = ['p'.repeat(3), 'q'.repeat(length), 'q'.repeat(length)]
      const { heap, offsets, lengths } = heapOf(values)
      const indices = new Uint32Array(3)
      appendBytesDictionary(createDictionary(8), heap, offsets, lengths, undefined, 0, 3, indices, 0)
      expect([...indices]).toEqual([0, 1, 1])
    }
  })

  test('keeps its numbers when the table is rebuilt, and gives the strings back', () => {
    const random = new SeededRandom(8)
    const values = Array.from({ length: 300 }, () => 'z'.repeat(random.below(30)) + random.below(20))
    const { heap, offsets, lengths } = heapOf(values)
    const validity = Uint8Array.from(values, () => (random.chance(0.8) ? 1 : 0))
    const dictionary = createDictionary(1024)
    const indices = new Uint32Array(values.length)
    const half = appendBytesDictionary(dictionary, heap, offsets, lengths, validity, 0, 150, indices, 0)
    dictionary.table = new Int32Array(2048)
    rebuildBytesTable(dictionary)
    const count = appendBytesDictionary(dictionary, heap, offsets, lengths, validity, 150, 300, indices, half)
    const present = values.filter((_, i) => validity[i] === 1)
    const size = sumEntryBytes(dictionary.keys, indices, count)
    const plain = new DataView(new ArrayBuffer(size))
    expect(expandBytesDictionary(dictionary, indices, count, plain)).toBe(size)
    const expected = present.flatMap((value) => [value.length, 0, 0, 0, ...Buffer.from(value)])
    expect([...new Uint8Array(plain.buffer)]).toEqual(expected)
  })
})

test('a dictionary of four words tells values apart that share three', () => {
  const values = [0, 1, 2, 3].flatMap((word) =>
    [5, 6, 7].map((x) => [0, 1, 2, 3].map((w) => (w === word ? x : 9))),
  )
  const source = Int32Array.from([...values, ...values].flat())
  const entries = new Int32Array(4 * 64)
  const indices = new Uint32Array(24)
  const table = new Int32Array(64)
  expect(appendDictionary4(table, entries, 0, source, 0, 12, indices)).toBe(12)
  const rebuilt = new Int32Array(128)
  rebuildTable(rebuilt, entries, 12, 4)
  expect(appendDictionary4(rebuilt, entries, 12, source, 12, 24, indices)).toBe(12)
  expect([...indices.subarray(12)]).toEqual([...indices.subarray(0, 12)])
})

describe('extremes', () => {
  const wordsOf = (values: readonly bigint[], words: number) =>
    Int32Array.from(
      values.flatMap((value) =>
        Array.from({ length: words }, (_, i) => Number(BigInt.asIntN(32, value >> BigInt(32 * i)))),
      ),
    )
  const extremesOf = <T>(values: readonly T[]) => {
    const sorted = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    return [sorted[0], sorted.at(-1)]
  }

  test.each([
    ['64', 2, findExtremes2],
    ['128', 4, findExtremes4],
  ] as const)('of signed integers of %s bits', (_, words, find) => {
    const random = new SeededRandom(words)
    const result = new Int32Array(2)
    for (let round = 0; round < 200; round++) {
      const values = Array.from({ length: 1 + random.below(6) }, () => random.bigint(32 * words))
      find(wordsOf(values, words), values.length, result)
      expect([values[result[0] as number], values[result[1] as number]]).toEqual(extremesOf(values))
    }
    find(new Int32Array(words), 0, result)
    expect([...result]).toEqual([-1, -1])
  })

  test('of byte strings, in the order of their bytes', () => {
    const random = new SeededRandom(77)
    const result = new Int32Array(2)
    for (let round = 0; round < 200; round++) {
      const make = () =>
        Array.from({ length: random.below(7) }, () => random.pick(['\0', 'a', 'b', 'ÿ'])).join('')
      const values = Array.from({ length: 1 + random.below(6) }, make)
      const starts: number[] = []
      const bytes = values.flatMap((value, i) => {
        starts.push((starts[i - 1] ?? -4 - (values[i - 1] ?? '').length) + 4 + (values[i - 1] ?? '').length)
        return [value.length, 0, 0, 0, ...Buffer.from(value, 'latin1')]
      })
      findPlainExtremes(new DataView(Uint8Array.from(bytes).buffer), values.length, result)
      const found = [...result].map((start) => values[starts.indexOf(start)])
      expect(found).toEqual(extremesOf(values))
    }
  })
})

test('128-bit integers lose only sign bytes', () => {
  const values = [0n, -1n, 10n ** 21n - 1n, 1n - 10n ** 21n, 2n ** 32n, -(2n ** 64n)]
  const words = Int32Array.from(
    values.flatMap((value) => [0n, 32n, 64n, 96n].map((shift) => Number(BigInt.asIntN(32, value >> shift)))),
  )
  const target = new DataView(new ArrayBuffer(9 * values.length))
  expect(encodeBigEndian128(words, 0, values.length, 9, target, 0)).toBe(target.byteLength)
  const bytes = Buffer.from(target.buffer).toString('hex')
  const decoded = values.map((_, i) => BigInt.asIntN(72, BigInt(`0x${bytes.slice(18 * i, 18 * i + 18)}`)))
  expect(decoded).toEqual(values)
})

test.each([0, 1, 3, 4, 7, 511, 512, 700])('%i bytes are copied, and nothing beside them', (length) => {
  const source = new Uint8Array(length + 9).map((_, i) => i + 1)
  const target = new Uint8Array(length + 9).fill(0)
  copyBytes(new DataView(source.buffer, 3), 2, new DataView(target.buffer, 1), 3, length)
  expect([...target]).toEqual([0, 0, 0, 0, ...source.subarray(5, 5 + length), 0, 0, 0, 0, 0])
})

test('a page takes values up to its limit, but always one', () => {
  const plain = new DataView(new ArrayBuffer(60))
  for (let i = 0; i < 5; i++) plain.setUint32(12 * i, 8, true)
  const result = { values: 0 }
  expect([findPlainEnd(plain, 12, 4, 25, result), result.values]).toEqual([36, 2])
  expect([findPlainEnd(plain, 0, 5, 3, result), result.values]).toEqual([12, 1])
  expect([findPlainEnd(plain, 0, 0, 3, result), result.values]).toEqual([0, 0])
})
