import { describe, expect, it } from 'vitest'
import { Kernel } from '#kernel/kernel.ts'
import type { ColumnType } from './column-type.ts'
import { combineDigests, DigestFormatError, EMPTY_DIGEST } from './digest.ts'
import { createDigester } from './nested-digest.ts'
import { type BytesVector, createVector, type Int64Vector, type Vector } from './vector.ts'

const encoder = new TextEncoder()

function texts(values: readonly (string | null)[]): BytesVector {
  const vector = createVector('bytes', values.length) as BytesVector
  const heap: number[] = []
  for (const [row, value] of values.entries()) {
    if (value === null) {
      vector.nullCount++
      continue
    }
    const bytes = encoder.encode(value)
    vector.offsets[row] = heap.length
    vector.lengths[row] = bytes.length
    vector.validity[row] = 1
    heap.push(...bytes)
  }
  vector.heap = Uint8Array.from(heap)
  return vector
}

function longs(values: readonly (bigint | null)[]): Int64Vector {
  const vector = createVector('int64', values.length) as Int64Vector
  const view = new BigInt64Array(vector.words.buffer, vector.words.byteOffset, values.length)
  for (const [row, value] of values.entries()) {
    if (value === null) {
      vector.nullCount++
    } else {
      view[row] = value
      vector.validity[row] = 1
    }
  }
  return vector
}

const kernel = new Kernel()
const TYPES = {
  bool: 'boolean',
  int32: 'int',
  int64: 'long',
  float32: 'float',
  float64: 'double',
  bytes: 'string',
} as const

const digestOf = (vector: Vector, rowCount = vector.validity.length, type?: ColumnType) => {
  const natural = vector.kind === 'int128' ? WIDE : { kind: TYPES[vector.kind] }
  const digester = createDigester(type ?? natural, kernel)
  digester.addVector(vector, rowCount)
  return digester.result()
}
const WIDE = { kind: 'decimal', precision: 38, scale: 0 } as const
const digestOfTexts = (...values: (string | null)[]) => digestOf(texts(values))
const digestOfLongs = (...values: (bigint | null)[]) => digestOf(longs(values))

describe('ColumnDigester', () => {
  it('does not depend on the order of rows', () => {
    expect(digestOfTexts('b', null, 'a', 'longer than a word')).toEqual(
      digestOfTexts('longer than a word', 'a', 'b', null),
    )
  })

  it('does not depend on how rows are split, and parts add up', () => {
    const whole = digestOfLongs(1n, 2n, null, -3n, 2n ** 62n)
    const parts = [digestOfLongs(1n, null), digestOfLongs(2n ** 62n, 2n), digestOfLongs(-3n)]
    expect(parts.reduce(combineDigests, EMPTY_DIGEST)).toEqual(whole)
  })

  it('counts values and NULLs', () => {
    expect(digestOfTexts('a', null, '', null)).toMatchObject({ valueCount: 2, nullCount: 2 })
  })

  it.each([
    ['a NULL in place of an empty text', digestOfTexts('a', ''), digestOfTexts('a', null)],
    ['a NULL in place of zero', digestOfLongs(1n, 0n), digestOfLongs(1n, null)],
    ['swapped bytes', digestOfTexts('ab', 'cd'), digestOfTexts('ad', 'cb')],
    ['swapped bytes of one value', digestOfTexts('abcdefgh'), digestOfTexts('abcdefhg')],
    ['swapped words of one value', digestOfTexts('aaaabbbb'), digestOfTexts('bbbbaaaa')],
    ['a byte moved to the next value', digestOfTexts('abc', 'd'), digestOfTexts('ab', 'cd')],
    ['a trailing zero byte', digestOfTexts('a'), digestOfTexts('a\0')],
    ['a doubled row', digestOfLongs(7n, 8n), digestOfLongs(7n, 8n, 8n)],
    ['one row doubled, another lost', digestOfLongs(7n, 8n, 8n), digestOfLongs(7n, 7n, 8n)],
    ['swapped words', digestOfLongs(1n), digestOfLongs(1n << 32n)],
    ['the same sum', digestOfLongs(1n, 4n), digestOfLongs(2n, 3n)],
    ['a sign', digestOfLongs(1n), digestOfLongs(-1n)],
  ])('sees %s', (_what, a, b) => {
    expect(a).not.toEqual(b)
  })

  it('gives each of 200,000 neighbouring numbers a digest of its own', () => {
    const seen = new Set<string>()
    const vector = longs([0n])
    for (let value = 0; value < 200_000; value++) {
      vector.words[0] = value
      seen.add(digestOf(vector).digest)
    }
    expect(seen.size).toBe(200_000)
  })

  it('keeps its value from release to release, unless DuckDB changes its hash', () => {
    expect(digestOfLongs(0n, 1n, -1n, 2n ** 40n).digest).toBe(PINNED.longs)
    expect(digestOfTexts('', 'a', 'Headwater', 'ü€😀').digest).toBe(PINNED.texts)
  })

  it('takes decimals as DuckDB keeps them: in 32 bits up to 9 digits', () => {
    const narrow = { kind: 'decimal', precision: 9, scale: 2 } as const
    const int = createVector('int32', 2)
    if (int.kind !== 'int32') throw new Error('unreachable')
    int.values.set([-5, 70_000])
    int.validity.fill(1)
    expect(digestOf(longs([-5n, 70_000n]), 2, narrow)).toEqual(digestOf(int))
    const long = { kind: 'decimal', precision: 18, scale: 2 } as const
    expect(digestOf(longs([-5n, 70_000n]), 2, long)).toEqual(digestOfLongs(-5n, 70_000n))
  })

  it('sees every word of a wide decimal', () => {
    const digestOfWords = (...words: [number, number, number, number]) => {
      const vector = createVector('int128', 1)
      if (vector.kind !== 'int128') throw new Error('unreachable')
      vector.words.set(words)
      vector.validity.fill(1)
      return digestOf(vector).digest
    }
    const all = [
      digestOfWords(1, 2, 3, 4),
      digestOfWords(9, 2, 3, 4),
      digestOfWords(1, 9, 3, 4),
      digestOfWords(1, 2, 9, 4),
      digestOfWords(1, 2, 3, 9),
      digestOfWords(2, 1, 3, 4),
      digestOfWords(1, 2, 4, 3),
      digestOfWords(3, 4, 1, 2),
    ]
    expect(new Set(all).size).toBe(all.length)
  })

  it('takes every NaN as one and keeps the sign of zero', () => {
    const digestOfDouble = (low: number, high: number) => {
      const vector = createVector('float64', 1)
      if (vector.kind !== 'float64') throw new Error('unreachable')
      new Int32Array(vector.values.buffer, 0, 2).set([low, high])
      vector.validity.fill(1)
      return digestOf(vector).digest
    }
    expect(digestOfDouble(1, 0x7ff00000)).toBe(digestOfDouble(0, 0x7ff80000))
    expect(digestOfDouble(7, -0x80000)).toBe(digestOfDouble(0, -0x80000))
    expect(digestOfDouble(0, 0x7ff00000)).not.toBe(digestOfDouble(0, 0x7ff80000))
    expect(digestOfDouble(0, 0)).not.toBe(digestOfDouble(0, -0x80000000))
  })

  it('reads only the rows of the batch', () => {
    expect(digestOf(texts(['a', null, 'b']), 2)).toEqual(digestOfTexts('a', null))
  })
})

describe('combineDigests', () => {
  it('refuses what is not a digest', () => {
    expect(() => combineDigests(EMPTY_DIGEST, { ...EMPTY_DIGEST, digest: 'zz' })).toThrow(DigestFormatError)
  })
})

const PINNED = { longs: '54e988d051acd5640000d725ebb01a4c', texts: 'ee0296e33e71725f00026dfd91decbed' }
