import { describe, expect, test } from 'vitest'
import { SeededRandom } from '#lake/parquet/round-trip.test-support.ts'
import { type BytesDictionary, Kernel } from './kernel.ts'

/**
 * Every function in WebAssembly beside its twin in TypeScript: the same made-up input, and the same must come out.
 * What the twins do is tested beside them.
 */
const wasm = new Kernel()
const typescript = new Kernel({ isTypescript: true })
const { heap } = wasm
const ROUNDS = Array.from({ length: 60 }, (_, seed) => seed)

/** Runs `work` on either; whatever it returns, and the views in it, have to be equal. */
function compare<T>(work: (kernel: Kernel) => T): void {
  expect(work(wasm)).toEqual(work(typescript))
}

function words(random: SeededRandom, length: number, distinct: number): Int32Array {
  const values = heap.int32(length)
  const some = Array.from({ length: distinct }, () => random.below(2 ** 32) | 0)
  for (let i = 0; i < length; i++) values[i] = random.pick(some)
  return values
}

/** Of as many rows, a fifth of them NULL; sometimes `undefined`, for none. */
function validity(random: SeededRandom, rows: number): Uint8Array | undefined {
  if (random.chance(0.3)) return undefined
  const bits = heap.uint8(rows)
  for (let row = 0; row < rows; row++) bits[row] = random.chance(0.8) ? 1 : 0
  return bits
}

/** Byte strings, now short and now long, in no order and with rubbish between them. */
function strings(random: SeededRandom, rows: number) {
  const longest = random.pick([3, 9, 20, 70, 1500])
  const letters = random.pick([1, 2, 200])
  const lengths = heap.uint32(rows)
  const offsets = heap.uint32(rows)
  for (let row = 0; row < rows; row++) lengths[row] = random.below(longest)
  const bytes = heap.uint8(lengths.reduce((sum, length) => sum + length, 0) + 2 * rows + 1)
  for (let at = 0; at < bytes.length; at++) bytes[at] = random.below(256)
  let end = random.below(2)
  for (let row = 0; row < rows; row++) {
    offsets[row] = end
    for (let i = 0; i < (lengths[row] as number); i++) bytes[end++] = 250 - random.below(letters)
    end += random.below(2)
  }
  return { bytes, view: viewOf(bytes), offsets, lengths }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

function range(random: SeededRandom, rows: number): readonly [number, number] {
  const from = random.below(rows)
  return [from, from + random.below(rows - from + 1)]
}

describe('sums of hashes', () => {
  test.each(ROUNDS)('of every layout, seed %i', (seed) => {
    const random = new SeededRandom(seed)
    const rows = 1 + random.below(300)
    const there = validity(random, rows)
    const values = words(random, 2 * rows, 20)
    const floats = new Float32Array(values.buffer, values.byteOffset, rows)
    const doubles = new Float64Array(values.buffer, values.byteOffset, rows)
    // Zeros of both signs, NaN of several kinds, infinity.
    const bits = [0, 0x80000000 | 0, 0x7fc00000, 0xffc00001 | 0, 0x7f800000, 0x7ff80000, 0x7ff00000]
    for (let i = 0; i < 2 * rows; i++) if (random.chance(0.3)) values[i] = random.pick(bits)
    const text = strings(random, rows)
    const flags = new Uint8Array(values.buffer, values.byteOffset, rows)
    compare((kernel) => {
      const sum = heap.uint32(4).fill(seed * 0x10000001)
      kernel.sumHashesOfBytes1(flags, there, rows, sum)
      const steps = [[...sum]]
      const note = () => void steps.push([...sum])
      kernel.sumHashesOfWords1(values, 2, there, rows, sum)
      note()
      kernel.sumHashesOfWords2(values, there, rows, sum)
      note()
      kernel.sumHashesOfFloats(floats, there, rows, sum)
      note()
      kernel.sumHashesOfDoubles(doubles, there, rows, sum)
      note()
      kernel.sumHashesOfStrings(text.bytes, text.offsets, text.lengths, there, rows, sum)
      note()
      return steps
    })
  })
})

describe('dictionaries', () => {
  test.each(ROUNDS)('of words, seed %i', (seed) => {
    const random = new SeededRandom(100 + seed)
    const wordsPerValue = random.pick([1, 2, 4] as const)
    const rows = 1 + random.below(400)
    const source = words(random, rows * wordsPerValue, random.pick([2, 5, 100]))
    const half = random.below(rows)
    compare((kernel) => {
      const table = heap.int32(1024).fill(0)
      const entries = heap.int32(rows * wordsPerValue)
      const indices = heap.uint32(rows)
      let count = kernel.appendDictionary(wordsPerValue, table, entries, 0, source, 0, half, indices)
      const rebuilt = heap.int32(2048).fill(0)
      kernel.rebuildTable(rebuilt, entries, count, wordsPerValue)
      count = kernel.appendDictionary(wordsPerValue, rebuilt, entries, count, source, half, rows, indices)
      return { count, entries: [...entries.subarray(0, count * wordsPerValue)], indices: [...indices] }
    })
  })

  test.each(ROUNDS)('of byte strings, seed %i', (seed) => {
    const random = new SeededRandom(200 + seed)
    const rows = 1 + random.below(200)
    const { view, offsets, lengths } = strings(random, rows)
    const there = validity(random, rows)
    const half = random.below(rows)
    compare((kernel) => {
      const data = viewOf(heap.uint8(4 * rows + 1500 * rows))
      const keys = heap.int32(4 * rows)
      const dictionary: BytesDictionary = {
        table: heap.int32(512).fill(0),
        keys,
        entryCount: 0,
        data,
        dataEnd: 0,
      }
      const indices = heap.uint32(rows)
      let end = kernel.appendBytesDictionary(dictionary, view, offsets, lengths, there, 0, half, indices, 0)
      dictionary.table = heap.int32(1024).fill(0)
      kernel.rebuildBytesTable(dictionary)
      end = kernel.appendBytesDictionary(dictionary, view, offsets, lengths, there, half, rows, indices, end)
      const size = kernel.sumEntryBytes(keys, indices, end)
      const plain = heap.uint8(size)
      const { entryCount, dataEnd } = dictionary
      return {
        counts: [end, entryCount, dataEnd, size],
        written: kernel.expandBytesDictionary(dictionary, indices, end, viewOf(plain)),
        indices: [...indices.subarray(0, end)],
        data: Buffer.from(new Uint8Array(data.buffer, data.byteOffset, dataEnd)).toString('hex'),
        plain: Buffer.from(plain).toString('hex'),
      }
    })
  })
})

describe('gathering', () => {
  test.each(ROUNDS)('of words and booleans, seed %i', (seed) => {
    const random = new SeededRandom(300 + seed)
    const rows = 1 + random.below(300)
    const there = validity(random, rows)
    const [from, to] = range(random, rows)
    const source = words(random, 4 * rows, 1000)
    const flags = new Uint8Array(source.buffer, source.byteOffset, rows)
    const offsets = heap.uint32(rows)
    for (let row = 0; row < rows; row++) offsets[row] = random.below(12 * rows)
    const bytes = new DataView(source.buffer, source.byteOffset, source.byteLength)
    compare((kernel) => {
      const results = ([1, 2, 4] as const).map((size) => {
        const target = heap.int32(size * (rows + 3)).fill(0)
        const end = kernel.gatherWords(size, source, size === 1 ? 2 : 1, there, from, to, target, 3)
        return [end, ...target.subarray(0, size * end)]
      })
      const sixteen = heap.int32(4 * (rows + 3)).fill(0)
      const end = kernel.gatherSixteenBytes(bytes, offsets, there, from, to, sixteen, 2)
      const target = heap.uint8(rows + 3).fill(0)
      const last = kernel.gatherBooleans(flags, there, from, to, target, 1)
      const packed = heap.uint8(rows + 3).fill(0)
      const packedEnd = kernel.packBooleans(target, 1, last, packed, 1)
      return [...results, [end, ...sixteen.subarray(0, 4 * end)], [last, ...target.subarray(0, last)]].concat(
        [[packedEnd, ...packed.subarray(0, packedEnd)]],
      )
    })
  })

  test.each(ROUNDS)('of byte strings, and where a page ends, seed %i', (seed) => {
    const random = new SeededRandom(400 + seed)
    const rows = 1 + random.below(200)
    const { view, offsets, lengths } = strings(random, rows)
    const there = validity(random, rows)
    const [from, to] = range(random, rows)
    const maxValues = random.below(20)
    const maxBytes = random.below(3000)
    compare((kernel) => {
      const sum = kernel.sumLengths(lengths, there, from, to)
      const target = heap.uint8(5 + sum + 4 * rows).fill(0)
      const end = kernel.gatherPlainBytes(view, offsets, lengths, there, from, to, viewOf(target), 5)
      const plain = viewOf(target.subarray(5))
      const values = (end - 5 - sum) / 4
      const result = { values: 0 }
      const pageEnd = kernel.findPlainEnd(plain, 0, Math.min(maxValues, values), maxBytes, result)
      const extremes = new Int32Array(2)
      kernel.findPlainExtremes(plain, values, extremes)
      const bytes = Buffer.from(target.subarray(0, end)).toString('hex')
      return { sum, end, bytes, pageEnd, fit: result.values, extremes: [...extremes] }
    })
  })
})

describe('encoding', () => {
  test.each(ROUNDS)('runs, packed bits and levels, seed %i', (seed) => {
    const random = new SeededRandom(500 + seed)
    const bitWidth = 1 + random.below(24)
    const values = heap.uint32(1 + random.below(500))
    for (let i = 0; i < values.length; ) {
      const value = random.below(2 ** bitWidth)
      for (let run = random.chance(0.2) ? random.below(60) : 1; run > 0 && i < values.length; run--) {
        values[i++] = value
      }
      if (values.length === 1) break
    }
    const [from, to] = range(random, values.length)
    const bits = heap.uint8(values.length)
    const more = heap.uint8(values.length)
    for (let i = 0; i < values.length; i++) {
      bits[i] = random.pick([0, 1])
      more[i] = random.pick([0, 0, 1])
    }
    compare((kernel) => {
      const target = heap.uint8(4 * values.length + 100).fill(0)
      const end = kernel.encodeHybrid(values, from, to, bitWidth, target, 3)
      const present = heap.uint8(values.length)
      present.set(bits)
      kernel.unitePresence(present, more, to)
      const levels = heap.uint8(values.length + 2).fill(seed % 3)
      kernel.addLevel(levels, 2, bits, from, to)
      kernel.addLevel(levels, 2, more, from, to)
      const count = kernel.countLevel(levels, 1 + (seed % 3), 0, to)
      const wide = heap.uint32(values.length).fill(0)
      kernel.widenLevels(levels, from, to, wide)
      return [[end, count, ...target.subarray(0, end)], [...present], [...levels], [...wide]]
    })
  })

  test.each(ROUNDS)('extremes and big-endian decimals, seed %i', (seed) => {
    const random = new SeededRandom(600 + seed)
    const count = random.below(50)
    const values = words(random, 4 * count + 4, random.pick([2, 4, 300]))
    const floats = new Float32Array(values.buffer, values.byteOffset, count)
    const doubles = new Float64Array(values.buffer, values.byteOffset, count)
    if (random.chance(0.5))
      for (let i = 0; i < count; i++) doubles[i] = random.pick([0, -0, 1.5, -2, Number.NaN])
    const width = 9 + random.below(8)
    compare((kernel) => {
      const found = ([1, 2, 4] as const).map((size) => {
        const result = new Int32Array(2)
        kernel.findExtremes(size, values, count, result)
        return [...result]
      })
      const result = new Int32Array(2)
      const nans = [kernel.findFloatExtremes(floats, count, result), ...result]
      nans.push(kernel.findFloatExtremes(doubles, count, result), ...result)
      const target = heap.uint8(16 * count + 30).fill(0)
      const end = kernel.encodeBigEndian128(values, 0, count, width, viewOf(target), 7)
      return [...found, nans, [end, ...target.subarray(0, end)]]
    })
  })
})

test('what lies outside of the memory goes to the twin, and so do its neighbours', () => {
  const inside = heap.int32(8).fill(3)
  const outside = new Int32Array(8)
  expect(wasm.gatherWords(1, inside, 1, undefined, 0, 8, outside, 0)).toBe(8)
  expect([...outside]).toEqual([...inside])
})

test('blocks are used again, and never overlap', () => {
  const kernel = new Kernel()
  const random = new SeededRandom(7)
  const taken: Uint8Array[] = []
  for (let round = 0; round < 400; round++) {
    if (taken.length > 20 || (taken.length > 0 && random.chance(0.4))) {
      const [block] = taken.splice(random.below(taken.length), 1)
      if (block === undefined) continue
      const [mark] = block
      expect(block.every((byte) => byte === mark)).toBe(true)
      kernel.heap.free(block)
    } else taken.push(kernel.heap.uint8(1 + random.below(random.pick([10, 5_000, 300_000]))).fill(round))
  }
  const first = kernel.heap.int32(1000)
  kernel.heap.free(first)
  expect(kernel.heap.int32(1000).byteOffset).toBe(first.byteOffset)
})

test('blocks of tens of megabytes are no part of the memory, which never shrinks', () => {
  const kernel = new Kernel()
  const large = kernel.heap.uint8(30 * 1024 * 1024)
  expect(kernel.heap.holds(large.buffer)).toBe(false)
  kernel.heap.free(large)
})

test('filling and copying touch what they are given and nothing beside it', () => {
  for (const seed of ROUNDS) {
    compare((kernel) => {
      const random = new SeededRandom(seed)
      const target = words(random, 40, 9)
      const [from, to] = [random.below(20), 20 + random.below(20)]
      kernel.fill(target.subarray(from, to), random.below(256))
      const source = words(random, 10, 9)
      kernel.copy(target.subarray(random.below(30)), source)
      return [...target]
    })
  }
})
