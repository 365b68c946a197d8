import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ColumnType, LakeField } from '#columns/column-type.ts'
import {
  decimal,
  field,
  RoundTripLab,
  SeededRandom,
  sqlPath,
  type TestValue,
} from './round-trip.test-support.ts'

let lab: RoundTripLab

beforeAll(async () => {
  lab = await RoundTripLab.open()
})

afterAll(() => lab.close())

describe('any table', () => {
  test.each(Array.from({ length: 12 }, (_, seed) => seed))('seed %i', async (seed) => {
    const random = new SeededRandom(1000 + seed)
    const shape = { nextId: 1 }
    const fields = Array.from({ length: 1 + random.below(6) }, () => randomField(random, shape, 0))
    const rowCount = random.pick([1, 7, 64, 500, 3000])
    const columns = randomColumns(random, fields, rowCount)
    const rowGroupRows = random.pick([50, 1000, 61_440])
    const compressionLevel = random.pick([1, 3])
    const batchRows = random.pick([1 + random.below(100), 512, 4000])
    const { path, file } = await lab.check({ fields, rowGroupRows, compressionLevel }, columns, batchRows)
    const counts = file.leaves.map((leaf) => `count(t.${sqlPath(leaf.path)})`).join(', ')
    const reader = await lab.duckdb.runAndReadAll(`select ${counts} from read_parquet('${path}') t`)
    const present = file.summary.columns.map((column) =>
      BigInt(Number(column.valueCount) - Number(column.nullCount)),
    )
    expect(reader.getRows()[0]).toEqual(present)
  })
})

const KINDS: readonly ColumnType['kind'][] = [
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'decimal',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'string',
  'binary',
  'uuid',
]

function randomField(random: SeededRandom, shape: { nextId: number }, depth: number): LakeField {
  const id = shape.nextId++
  const required = random.chance(0.25)
  if (depth < 3 && random.chance(0.3)) {
    const fields = Array.from({ length: 1 + random.below(3) }, () => randomField(random, shape, depth + 1))
    return field(id, `s${id}`, { kind: 'struct', fields }, required)
  }
  const kind = random.pick(KINDS)
  const precision = 1 + random.below(38)
  const type = kind === 'decimal' ? decimal(precision, random.below(precision + 1)) : { kind }
  return field(id, `f ${id}`, type, required)
}

/** Values of every leaf, with NULLs only where the fields allow them. */
function randomColumns(random: SeededRandom, fields: readonly LakeField[], rowCount: number): TestValue[][] {
  const columns: TestValue[][] = []
  const makers = fields.map(planField)

  /** Makes the field's part of the next row; true if it is there. */
  function planField(f: LakeField): (isParentThere: boolean) => boolean {
    const nullChance = f.required ? 0 : random.pick([0, 0.05, 0.5, 0.95])
    if (f.type.kind === 'struct') {
      const children = f.type.fields.map(planField)
      return (isParentThere) => {
        const isThere = isParentThere && !random.chance(nullChance)
        return children.map((child) => child(isThere)).includes(true)
      }
    }
    const value = randomValues(random, f.type as ColumnType)
    const column: TestValue[] = []
    columns.push(column)
    return (isParentThere) => {
      const isThere = isParentThere && !random.chance(nullChance)
      column.push(isThere ? value() : null)
      return isThere
    }
  }

  for (let row = 0; row < rowCount; row++) {
    for (const make of makers) make(true)
  }
  return columns
}

function randomValues(random: SeededRandom, type: ColumnType): () => TestValue {
  const distinct = random.pick([1, 2, 40, 1_000_000])
  const pool: TestValue[] = []
  return () => {
    if (pool.length < distinct) {
      const value = randomValue(random, type)
      pool.push(value)
      return value
    }
    return random.pick(pool)
  }
}

function randomValue(random: SeededRandom, type: ColumnType): TestValue {
  switch (type.kind) {
    case 'boolean':
      return random.chance(0.5)
    case 'int':
      return Number(random.bigint(32))
    case 'date':
      return random.below(2_000_000) - 700_000
    case 'float':
      return Math.fround(random.bits() / 7 - 1e8)
    case 'double':
      return random.bits() / 7 - 1e8
    case 'long':
      return random.bigint(64)
    case 'decimal':
      return random.bigint(130) % 10n ** BigInt(type.precision)
    case 'time':
      return BigInt(random.bits()) * 20n
    case 'timestamp':
    case 'timestamptz':
      return random.bigint(56)
    case 'uuid':
      return hex(random, 16)
    case 'binary':
      return hex(random, random.below(30))
    case 'string':
      return Array.from({ length: random.below(24) }, () => random.pick(['a', 'b', 'é', '€', '𝄞', ' '])).join(
        '',
      )
  }
}

function hex(random: SeededRandom, bytes: number): string {
  return Array.from({ length: bytes }, () => random.below(256).toString(16).padStart(2, '0')).join('')
}
