import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ColumnType, LakeField, LakeType } from '#columns/column-type.ts'
import { createDigester } from '#columns/nested-digest.ts'
import type { AnyVector } from '#columns/vector.ts'
import { Kernel } from '#kernel/kernel.ts'
import { createDuckDb, type DuckDb } from '#lake/query/duckdb.ts'
import { previewRows } from '#lake/query/preview-rows.ts'
import { readBack } from '#lake/query/verify-file.ts'
import { DateValue } from '#mapping/dates.ts'
import { Decimal } from '#mapping/decimal.ts'
import { keepRows } from '#mapping/keep-rows.ts'
import { isArray, isMap, type Value } from '#mapping/values.ts'
import { vectorOfValues } from '#mapping/write-nested.ts'
import { MissingValueError } from './missing-value-error.ts'
import { ParquetWriter } from './parquet-writer.ts'
import { SeededRandom } from './round-trip.test-support.ts'

let folder: string
let duck: DuckDb

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nested-'))
  duck = createDuckDb()
})

afterAll(async () => {
  await duck[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const list = (element: LakeType, id = 50): LakeType => ({
  kind: 'list',
  elementId: id,
  elementRequired: false,
  element,
})
const map = (value: LakeType, id = 70): LakeType => ({
  kind: 'map',
  keyId: id,
  key: { kind: 'string' },
  valueId: id + 1,
  valueRequired: false,
  value,
})
const field = (id: number, name: string, type: LakeType, required = false): LakeField => ({
  id,
  name,
  required,
  type,
})

const kernel = new Kernel()

interface Options {
  readonly fields: readonly LakeField[]
  /** Values of each column, row by row. */
  readonly columns: readonly (readonly Value[])[]
  readonly batchRows?: number
  readonly rowGroupRows?: number
}

async function write(name: string, { fields, columns, batchRows = 1000, rowGroupRows }: Options) {
  const parts: Uint8Array[] = []
  const writer = new ParquetWriter({
    fields,
    sink: { write: (part) => void parts.push(new Uint8Array(part)) },
    rowGroupRows,
  })
  const digesters = writer.columns.map(({ type }) => createDigester(type, kernel))
  const rowCount = columns[0]?.length ?? 0
  for (let from = 0; from < rowCount; from += batchRows) {
    const vectors = writer.columns.map(({ type }, i) =>
      vectorOfValues(type, (columns[i] ?? []).slice(from, from + batchRows)),
    )
    const count = Math.min(batchRows, rowCount - from)
    digesters.forEach((digester, i) => {
      digester.addVector(vectors[i] as AnyVector, count)
    })
    writer.append(vectors, count)
  }
  const summary = writer.finish()
  const bytes = Buffer.concat(parts)
  const path = join(folder, `${name}.parquet`)
  await writeFile(path, bytes)
  return {
    summary,
    path,
    bytes,
    columns: writer.columns,
    digests: digesters.map((digester) => digester.result()),
  }
}

/** What three readers make of the file: DuckDB twice, as rows and as digests, and hyparquet. */
async function check(name: string, options: Options): Promise<void> {
  const { path, bytes, columns, digests } = await write(name, options)
  const rowCount = options.columns[0]?.length ?? 0
  expect(await readBack(path, columns, { duck })).toEqual({ rowCount, columns: digests })
  const names = options.fields.map((each) => each.name)
  const expected = Array.from({ length: rowCount }, (_, row) =>
    Object.fromEntries(names.map((each, i) => [each, plain(options.columns[i]?.[row] ?? null)])),
  )
  expect(await previewRows(duck, { fields: options.fields, paths: [path], limit: rowCount })).toEqual(
    expected.map(texts),
  )
  const file = Uint8Array.from(bytes).buffer
  const rows = await parquetReadObjects({ file, metadata: parquetMetadata(file), compressors })
  expect(rows.map(plain)).toEqual(expected)
}

/** Maps as objects; what is absent and what is null are one. */
function plain(value: unknown): unknown {
  if (value === undefined || value === null) return null
  if (isArray(value as Value)) return (value as Value[]).map(plain)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  const entries = isMap(value as Value) ? [...(value as Map<string, unknown>)] : undefined
  if (entries === undefined && typeof value !== 'object') return value
  return Object.fromEntries(
    (entries ?? Object.entries(value as object)).map(([key, item]) => [key, plain(item)]),
  )
}

/** Long integers as the API has them. */
function texts(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, item) => (typeof item === 'bigint' ? String(item) : item)))
}

const object = (entries: Record<string, Value>): Value => new Map(Object.entries(entries))

describe('lists, maps and what is in them', () => {
  test('NULL, empty, and an item that is NULL are three things', () =>
    check('kinds', {
      fields: [field(1, 'l', list({ kind: 'string' })), field(2, 'm', map({ kind: 'string' }))],
      columns: [
        [null, [], [null], ['a'], ['a', null, ''], null],
        [null, object({}), object({ k: null }), object({ k: 'v' }), object({ '': '', b: null }), object({})],
      ],
    }))

  test('an empty object in a list is not NULL, and its parts are', async () => {
    const type = list({
      kind: 'struct',
      fields: [
        field(3, 'a', { kind: 'string' }),
        field(4, 'in', { kind: 'struct', fields: [field(5, 'b', { kind: 'boolean' })] }),
      ],
    })
    const rows: Value[] = [
      [object({}), null, object({ a: 'x' })],
      [object({ in: object({}) }), object({ in: object({ b: true }) })],
    ]
    const { path } = await write('objects', { fields: [field(1, 'l', type)], columns: [rows] })
    const [first, second] = await previewRows(duck, {
      fields: [field(1, 'l', type)],
      paths: [path],
      limit: 2,
    })
    expect(first).toEqual({ l: [{ a: null, in: null }, null, { a: 'x', in: null }] })
    expect(second).toEqual({
      l: [
        { a: null, in: { b: null } },
        { a: null, in: { b: true } },
      ],
    })
  })

  test('the map of identities: texts to lists of objects', () =>
    check('identities', {
      fields: [
        field(
          1,
          'identityMap',
          map(
            list({
              kind: 'struct',
              fields: [field(2, 'id', { kind: 'string' }), field(3, 'primary', { kind: 'boolean' })],
            }),
          ),
        ),
      ],
      columns: [
        [
          object({ Email: [object({ id: 'a@b.c', primary: true }), object({ id: 'd', primary: null })] }),
          object({ ECID: [], Email: null }),
          null,
        ],
      ],
    }))

  test('a list in an object that is there without it, and in one that is not', async () => {
    const fields = [
      field(1, 'o', {
        kind: 'struct',
        fields: [field(2, 'n', { kind: 'long' }), field(3, 'l', list({ kind: 'long' }))],
      }),
    ]
    const columns: Value[][] = [
      [1n, null, null, 2n ** 60n],
      [[7n], [], null, null],
    ]
    const { path, digests, columns: written } = await write('inside', { fields, columns })
    expect((await readBack(path, written, { duck })).columns).toMatchObject(digests)
    const rows = await previewRows(duck, { fields, paths: [path], limit: 4 })
    expect(rows).toEqual([
      { o: { n: '1', l: ['7'] } },
      { o: { n: null, l: [] } },
      { o: null },
      { o: { n: String(2n ** 60n), l: null } },
    ])
  })

  test('names of any kind', () => {
    const names = ['a"b"c', 'x.y', "it's", 'ü € 𝄞', 'select', 'Element', ' ', '*', '[0]']
    const fields = names.map((name, index) => field(10 + index, name, { kind: 'int' }))
    const row = (value: number) => new Map(names.map((name) => [name, value]))
    return check('names', {
      fields: [
        field(1, 'l', list({ kind: 'struct', fields }, 8)),
        field(
          2,
          'a "map".',
          map({ kind: 'struct', fields: fields.map((each) => ({ ...each, id: each.id + 100 })) }),
        ),
      ],
      columns: [
        [[row(1)], [null, row(2)]],
        [new Map([['k "quoted"', row(3)]]), null],
      ],
    })
  })

  test('rows never part from their page, however long, and pages stay small otherwise', () =>
    check('pages', {
      fields: [field(1, 'l', list({ kind: 'string' })), field(2, 'n', list({ kind: 'int' }))],
      columns: [
        Array.from({ length: 300 }, (_, row) =>
          Array.from(
            { length: row % 7 === 0 ? 60 : 2 },
            (_, item) => `${row} ${item} ${'x'.repeat(row * 40)}`,
          ),
        ),
        Array.from({ length: 300 }, (_, row) =>
          Array.from({ length: row === 5 ? 50_000 : 300 }, (_, item) => item % 9),
        ),
      ],
    }))

  test('a NULL in a required list or field is refused', () => {
    const required = [field(1, 'l', list({ kind: 'int' }), true)]
    const inside = [field(1, 'l', list({ kind: 'struct', fields: [field(2, 'a', { kind: 'int' }, true)] }))]
    const writeTo = (fields: readonly LakeField[], rows: readonly Value[]) => {
      const writer = new ParquetWriter({ fields, sink: { write: () => undefined } })
      writer.append([vectorOfValues(fields[0]?.type as LakeType, rows)], rows.length)
    }
    expect(() => writeTo(required, [[1n], null])).toThrow(MissingValueError)
    expect(() => writeTo(inside, [[object({})]])).toThrow(MissingValueError)
  })

  test('manifests get sizes of what is in a list, and no bounds', async () => {
    const { summary } = await write('sizes', {
      fields: [field(1, 'l', list({ kind: 'int' })), field(2, 'n', { kind: 'int' })],
      columns: [[[3n, 1n]], [5n]],
    })
    expect(summary.columns[0]).toEqual({ fieldId: 50, sizeBytes: expect.any(Number) })
    expect(summary.columns[1]).toMatchObject({ fieldId: 2, valueCount: 1, nullCount: 0 })
  })
})

/** Values of every type, in the form that conversions give, and the JSON of it. */
const EVERY_TYPE: readonly (readonly [type: ColumnType, value: Value, json: unknown])[] = [
  [{ kind: 'boolean' }, true, true],
  [{ kind: 'int' }, -2147483648, -2147483648],
  [{ kind: 'long' }, 9223372036854775807n, '9223372036854775807'],
  [{ kind: 'float' }, 1.5, 1.5],
  [{ kind: 'double' }, -1e300, -1e300],
  [{ kind: 'decimal', precision: 4, scale: 2 }, new Decimal(-1234n, 2), '-12.34'],
  [{ kind: 'decimal', precision: 9, scale: 0 }, new Decimal(123456789n, 0), '123456789'],
  [{ kind: 'decimal', precision: 18, scale: 18 }, new Decimal(-1n, 18), '-0.000000000000000001'],
  [{ kind: 'decimal', precision: 38, scale: 3 }, new Decimal(-(10n ** 37n), 3), `-${10n ** 34n}.000`],
  [{ kind: 'date' }, new DateValue(-86_400_000_000n, true), '1969-12-31'],
  [{ kind: 'time' }, 1n, '00:00:00.000001'],
  [{ kind: 'timestamp' }, new DateValue(-1n), '1969-12-31T23:59:59.999999'],
  [{ kind: 'timestamptz' }, new DateValue(1_600_000_000_000_001n), '2020-09-13T12:26:40.000001Z'],
  [{ kind: 'string' }, `${'é'.repeat(5000)}`, 'é'.repeat(5000)],
  [{ kind: 'binary' }, 'AAEC/w==', 'AAEC/w=='],
  [{ kind: 'uuid' }, '00112233-4455-6677-8899-aabbccddeeff', '00112233-4455-6677-8899-aabbccddeeff'],
]

describe('every type', () => {
  test.each(EVERY_TYPE)('%j', async (type, value, json) => {
    const fields = [
      field(1, 'l', list(type)),
      field(2, 'm', map(list({ kind: 'struct', fields: [field(3, 'x', type)] }))),
    ]
    const columns: Value[][] = [
      [[value, null, value], [], null],
      [object({ k: [object({ x: value }), object({})] }), null, object({})],
    ]
    const {
      path,
      columns: written,
      digests,
    } = await write(`type-${JSON.stringify(type)}`.replace(/\W+/g, '-'), { fields, columns })
    expect((await readBack(path, written, { duck })).columns).toMatchObject(digests)
    expect(await previewRows(duck, { fields, paths: [path], limit: 3 })).toEqual([
      { l: [json, null, json], m: { k: [{ x: json }, { x: null }] } },
      { l: [], m: null },
      { l: null, m: {} },
    ])
  })
})

describe('digests', () => {
  const type = list(list({ kind: 'string' }))
  const digestOf = (...rows: Value[]) => {
    const digester = createDigester(type, kernel)
    digester.addVector(vectorOfValues(type, rows), rows.length)
    return digester.result().digest
  }

  test('differ wherever rows do', () => {
    const rows: Value[] = [
      [],
      [null],
      [[]],
      [[null]],
      [['']],
      [['a', 'b']],
      [['b', 'a']],
      [['a'], ['b']],
      [['ab']],
    ]
    expect(new Set(rows.map((row) => digestOf(row))).size).toBe(rows.length)
  })

  test('do not depend on the order of rows, nor on where their items lie', () => {
    expect(digestOf([['a']], [['b'], null])).toBe(digestOf([['b'], null], [['a']]))
    const digester = createDigester(type, kernel)
    const rows = vectorOfValues(type, [[['a']], [['no']], [['b'], null]])
    digester.addVector(keepRows(rows, Uint32Array.of(2, 0)), 2)
    expect(digester.result().digest).toBe(digestOf([['a']], [['b'], null]))
  })
})

describe('any nesting', () => {
  test.each(Array.from({ length: 16 }, (_, seed) => seed))('seed %i', async (seed) => {
    const random = new SeededRandom(7000 + seed)
    const ids = { next: 1 }
    const fields = Array.from({ length: 1 + random.below(3) }, (_, i) => {
      const id = ids.next++
      return field(id, `c${i}`, collection(random, ids, 0))
    })
    const rowCount = random.pick([1, 17, 400, 2500])
    const columns = fields.map(({ type }) =>
      Array.from({ length: rowCount }, () => (random.chance(0.1) ? null : randomValue(random, type))),
    )
    const batchRows = random.pick([13, 500, 3000])
    await check(`random-${seed}`, { fields, columns, batchRows, rowGroupRows: random.pick([90, 61_440]) })
  })
})

function collection(random: SeededRandom, ids: { next: number }, depth: number): LakeType {
  const isList = random.chance(0.6)
  const [id, inner] = [ids.next, typeOf(random, ids, depth + 1)]
  ids.next += 2
  return isList ? list(inner, id + 10_000) : map(inner, id + 10_000)
}

function typeOf(random: SeededRandom, ids: { next: number }, depth: number): LakeType {
  if (depth < 4 && random.chance(0.35)) return collection(random, ids, depth)
  if (depth < 4 && random.chance(0.4)) {
    const fields = Array.from({ length: 1 + random.below(3) }, () => {
      const id = ids.next++
      return field(id, `f${id}`, typeOf(random, ids, depth + 1))
    })
    return { kind: 'struct', fields }
  }
  return { kind: random.pick(['boolean', 'int', 'long', 'double', 'string'] as const) }
}

function randomValue(random: SeededRandom, type: LakeType): Value {
  switch (type.kind) {
    case 'struct':
      return new Map(type.fields.map(({ name, type: inner }) => [name, partOf(random, inner)]))
    case 'list':
      return Array.from({ length: random.below(4) }, () => partOf(random, type.element))
    case 'map':
      return new Map(
        Array.from({ length: random.below(4) }, (_, i) => [
          `k${i}${'é'.repeat(random.below(9))}`,
          partOf(random, type.value),
        ]),
      )
    case 'boolean':
      return random.chance(0.5)
    case 'long':
      return random.bigint(64)
    case 'string':
      return 'aé'.repeat(random.below(20))
    default:
      // A whole number is what a test can compare in every reader.
      return Number(random.bigint(31))
  }
}

/** What is in something else; sometimes NULL. */
function partOf(random: SeededRandom, type: LakeType): Value {
  return random.chance(0.15) ? null : randomValue(random, type)
}
