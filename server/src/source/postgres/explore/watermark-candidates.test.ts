import { expect, test } from 'vitest'
import type { ColumnFacts } from '#source/postgres/sql/read-column-facts.ts'
import type { RelationColumn } from '#source/postgres/sql/read-columns.ts'
import type { RelationIndex } from '#source/postgres/sql/read-indexes.ts'
import { describePostgresType } from '#typemap/postgres-types.ts'
import { type WatermarkCandidate, watermarkCandidates } from './watermark-candidates.ts'

const OIDS: Readonly<Record<string, number>> = {
  timestamptz: 1184,
  timestamp: 1114,
  date: 1082,
  bigint: 20,
  integer: 23,
  text: 25,
}

/** `updated_at timestamptz not null`, and what else is known of the column. */
type Given = readonly [declaration: string, facts?: Omit<ColumnFacts, 'name'>]

function candidates(given: readonly Given[], indexed: readonly string[] = []): WatermarkCandidate[] {
  const columns = given.map(([declaration]): RelationColumn => {
    const [name = '', typeName = ''] = declaration.split(' ')
    const typeOid = OIDS[typeName] ?? 25
    return {
      name,
      type: describePostgresType({ typeName, typeOid, typmod: -1 }),
      baseTypeOid: typeOid,
      nullable: !declaration.endsWith('not null'),
      typmod: -1,
      isGenerated: false,
    }
  })
  const columnFacts = given.map(([declaration, facts]) => ({
    name: declaration.split(' ')[0] ?? '',
    ...facts,
  }))
  const indexes = indexed.map((name): RelationIndex => {
    return { name, method: 'btree', isPrimary: false, isUnique: false, columns: [name], isOfColumns: true }
  })
  return watermarkCandidates({ columns, columnFacts, indexes })
}

const names = (found: readonly WatermarkCandidate[]): string[] => found.map(({ name }) => name)

test.each<[string, Given[], string[], string[]]>([
  [
    'Rails',
    [
      ['id bigint not null', { defaultSql: `nextval('x_id_seq'::regclass)` }],
      ['created_at timestamp not null'],
      ['updated_at timestamp not null'],
    ],
    ['id'],
    ['updated_at', 'id', 'created_at'],
  ],
  [
    'Odoo',
    [['create_date timestamp'], ['write_date timestamp'], ['last_write_date timestamp']],
    [],
    ['write_date', 'last_write_date', 'create_date'],
  ],
  [
    'Java',
    [['createdAt timestamptz not null'], ['lastModifiedDate timestamptz not null']],
    [],
    ['lastModifiedDate', 'createdAt'],
  ],
  [
    'Salesforce',
    [['CreatedDate timestamp'], ['SystemModstamp timestamp']],
    [],
    ['SystemModstamp', 'CreatedDate'],
  ],
  [
    'events',
    [['occurred_at timestamptz not null'], ['deleted_at timestamptz']],
    ['occurred_at'],
    ['occurred_at', 'deleted_at'],
  ],
  ['a version', [['row_version bigint not null'], ['quantity integer not null']], [], ['row_version']],
  [
    'names that only sound alike',
    [['credit_date timestamp'], ['exchange_at timestamp'], ['update_ts timestamp']],
    [],
    ['update_ts', 'credit_date', 'exchange_at'],
  ],
  ['a birthday', [['born date'], ['name text']], [], []],
  ['a day of loading', [['load_date date not null'], ['born date']], [], ['load_date']],
  [
    'an index before a default',
    [['a timestamptz', { defaultSql: 'now()' }], ['b timestamptz']],
    ['b'],
    ['b', 'a'],
  ],
])('%s', (_, given, indexed, expected) => {
  expect(names(candidates(given, indexed))).toEqual(expected)
})

test('a serial or identity sees inserts only, and flows do not take it', () => {
  const [id] = candidates([['id bigint not null', { generated: 'identity' }]], ['id'])
  expect(id).toMatchObject({ sees: 'inserts', isIndexed: true, isDeltaColumn: false })
  expect(id?.why).toMatch(/never sees an update.*do not take/)
})

test('says what speaks for it and against it', () => {
  const [candidate] = candidates([['updated_at timestamptz', { defaultSql: 'now()', correlation: 0.99 }]])
  expect(candidate?.why).toBe(
    'Named like what every write sets; not indexed, so every run reads the whole table; may be null, and such rows are never read; set to the current time by default; grows along with the table.',
  )
})

test('a second key of an index is of no use, nor is a hash index', () => {
  const [column] = candidates([['updated_at timestamptz']])
  const index: RelationIndex = {
    name: 'i',
    method: 'hash',
    isPrimary: false,
    isUnique: false,
    columns: ['updated_at'],
    isOfColumns: true,
  }
  const facts = {
    columnFacts: [],
    indexes: [index, { ...index, method: 'btree', columns: ['id', 'updated_at'] }],
  }
  const type = describePostgresType({ typeName: 'timestamptz', typeOid: 1184, typmod: -1 })
  const columns = [
    { name: 'updated_at', type, baseTypeOid: 1184, typmod: -1, nullable: true, isGenerated: false },
  ]
  expect(watermarkCandidates({ columns, ...facts })).toEqual([column])
})
