import { expect, test } from 'vitest'
import { SeededRandom } from '#lake/parquet/round-trip.test-support.ts'
import { MemoryRing } from '#source/postgres/testing/memory-ring.ts'
import { describePostgresType } from '#typemap/postgres-types.ts'
import { CopyDecoder } from './copy-decoder.ts'
import { planSlot } from './slot.ts'
import type { WireColumn } from './wire-column.ts'

/**
 * The kernel beside its twins: the same made-up bytes of the wire, in the same pieces, and the same slots come out.
 * What the twins make of them is tested against PostgreSQL (`copy-types.pg.test.ts`).
 */
type Encode = (random: SeededRandom) => Buffer

interface Kind {
  readonly name: string
  readonly oid: number
  readonly typmod?: number
  readonly encode: Encode
}

const ofBytes =
  (size: number): Encode =>
  (random) =>
    Buffer.from(Array.from({ length: size }, () => random.pick([0, 1, 127, 128, 255, random.below(256)])))

const ofText: Encode = (random) =>
  Buffer.alloc(random.pick([0, 1, 15, 16, 40, 700]), random.pick(['a', 'é', '']))

const NOT_FINITE = [0xc000, 0xd000, 0xf000]

/** Digits as the server sends them: no group of zeros at either end. */
function numeric(precision: number, scale: number, isBound: boolean): Encode {
  return (random) => {
    if (random.chance(0.1)) return numericOf({ sign: random.pick(isBound ? [0xc000] : NOT_FINITE) })
    const whole = random.below(precision - scale + 1)
    const digits = whole + scale
    let value = ''
    for (let i = 0; i < digits; i++) value += random.chance(0.3) ? '0' : String(random.below(10))
    return numericOf({ sign: random.pick([0, 0x4000]), text: value, scale })
  }
}

function numericOf({ sign, text = '', scale = 0 }: { sign: number; text?: string; scale?: number }): Buffer {
  const cut = text.length - scale
  const whole = text.slice(0, cut)
  const fraction = text.slice(cut)
  const padded =
    whole.padStart(Math.ceil(whole.length / 4) * 4, '0') +
    fraction.padEnd(Math.ceil(fraction.length / 4) * 4, '0')
  const groups = (padded.match(/.{4}/g) ?? []).map(Number)
  let weight = Math.ceil(whole.length / 4) - 1
  while (groups[0] === 0) {
    groups.shift()
    weight--
  }
  while (groups.at(-1) === 0) groups.pop()
  if (groups.length === 0) weight = 0
  const bytes = Buffer.alloc(8 + 2 * groups.length)
  bytes.writeUInt16BE(groups.length, 0)
  bytes.writeInt16BE(weight, 2)
  bytes.writeUInt16BE(groups.length === 0 && sign === 0x4000 ? 0 : sign, 4)
  bytes.writeUInt16BE(scale, 6)
  for (const [index, group] of groups.entries()) bytes.writeUInt16BE(group, 8 + 2 * index)
  return bytes
}

const KINDS: readonly Kind[] = [
  { name: 'boolean', oid: 16, encode: (random) => Buffer.from([random.below(2)]) },
  { name: 'smallint', oid: 21, encode: ofBytes(2) },
  { name: 'integer', oid: 23, encode: ofBytes(4) },
  { name: 'bigint', oid: 20, encode: ofBytes(8) },
  { name: 'real', oid: 700, encode: ofBytes(4) },
  { name: 'double precision', oid: 701, encode: ofBytes(8) },
  { name: 'date', oid: 1082, encode: extremes(4) },
  { name: 'timestamp', oid: 1114, encode: extremes(8) },
  { name: 'text', oid: 25, encode: ofText },
  { name: 'jsonb', oid: 3802, encode: (random) => Buffer.concat([Buffer.from([1]), ofText(random)]) },
  { name: 'uuid', oid: 2950, encode: ofBytes(16) },
  { name: 'numeric', oid: 1700, encode: numeric(60, 20, false) },
  ...[
    [9, 0],
    [15, 2],
    [18, 18],
    [18, 0],
    [18, 7],
    [4, 3],
    [38, 9],
    [38, 38],
    [30, 0],
  ].map(([precision = 0, scale = 0]) => ({
    name: 'numeric',
    oid: 1700,
    typmod: ((precision << 16) | scale) + 4,
    encode: numeric(precision, scale, true),
  })),
]

/** Infinities and their neighbours more often than chance would bring them. */
function extremes(size: 4 | 8): Encode {
  return (random) => {
    const bytes = Buffer.alloc(size, random.pick([0, 255]))
    bytes[0] = random.pick([0x7f, 0x80, 0x00, 0xff])
    if (random.chance(0.5)) bytes[size - 1] = random.below(256)
    return random.chance(0.3) ? ofBytes(size)(random) : bytes
  }
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function message(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from('d'), int32(payload.length + 4), payload])
}

function rowOf(kinds: readonly Kind[], random: SeededRandom): Buffer {
  const count = Buffer.alloc(2)
  count.writeInt16BE(kinds.length)
  const values = kinds.flatMap(({ encode }) => {
    if (random.chance(0.2)) return [int32(-1)]
    const bytes = encode(random)
    return [int32(bytes.length), bytes]
  })
  return message(Buffer.concat([count, ...values]))
}

const HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)])

function columnsOf(kinds: readonly Kind[]): WireColumn[] {
  return kinds.map(({ name, oid, typmod = -1 }, index) => ({
    name: `c${index}`,
    type: describePostgresType({ typeName: name, typeOid: oid, typmod }),
  }))
}

function decode(kinds: readonly Kind[], bytes: Buffer, seed: number, isTypescript: boolean) {
  const random = new SeededRandom(seed)
  const columns = columnsOf(kinds)
  const layout = planSlot(columns, { rawBytes: 65_536, slotRows: random.pick([3, 100, 500]) })
  const ring = new MemoryRing(layout, columns)
  const kernel = isTypescript ? undefined : ring.kernel
  const decoder = new CopyDecoder({ columns, layout, ring, kernel, onMessage: () => {} })
  for (let at = 0; at < bytes.length; ) {
    const length = random.pick([1, 17, 5_000, 40_000, 200_000])
    decoder.push(bytes.subarray(at, at + length))
    at += length
  }
  decoder.finish()
  return { rows: ring.rows, published: ring.published }
}

test.each(Array.from({ length: 40 }, (_, seed) => seed))('made-up rows, seed %i', (seed) => {
  const random = new SeededRandom(seed)
  const kinds = seed === 0 ? KINDS : Array.from({ length: 1 + random.below(12) }, () => random.pick(KINDS))
  const rows = Array.from({ length: 700 }, () => rowOf(kinds, random))
  const bytes = Buffer.concat([message(HEADER), ...rows, message(Buffer.from([255, 255]))])
  const found = decode(kinds, bytes, seed, false)
  expect(found.rows).toHaveLength(700)
  expect(found).toEqual(decode(kinds, bytes, seed, true))
})

const INTEGER = KINDS[2] as Kind
const DECIMAL: Kind = { name: 'numeric', oid: 1700, typmod: ((6 << 16) | 2) + 4, encode: numeric(6, 2, true) }

test.each([
  ['a whole number of two bytes', INTEGER, Buffer.alloc(2), /width of its type/],
  ['more decimals than declared', DECIMAL, numericOf({ sign: 0, text: '1234', scale: 3 }), /more digits/],
  ['groups behind the last', DECIMAL, numericOf({ sign: 0, text: '123456789', scale: 8 }), /more digits/],
  ['a uuid of 15 bytes', KINDS[10] as Kind, Buffer.alloc(15), /16 bytes/],
])('%s is refused by both', (_, kind, value, problem) => {
  const sound = Array.from({ length: 5 }, () => rowOf([kind], new SeededRandom(1)))
  const broken = message(Buffer.concat([Buffer.from([0, 1]), int32(value.length), value]))
  const bytes = Buffer.concat([message(HEADER), ...sound, broken])
  for (const isTypescript of [false, true])
    expect(() => decode([kind], bytes, 1, isTypescript)).toThrow(problem)
})
