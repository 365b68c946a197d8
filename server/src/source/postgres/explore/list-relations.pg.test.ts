import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSession, type Session } from '#source/postgres/connect/session.ts'
import { quoteIdentifier, quoteQualified } from '#source/postgres/sql/quote.ts'
import { createTestSource, type TestSource, targetOf } from '#source/postgres/testing/test-source.ts'
import {
  type ListedRelation,
  type ListRelationsOptions,
  listRelations,
  streamRelations,
} from './list-relations.ts'
import { parseRelationPath } from './relation-path.ts'
import { NASTY_NAMES } from './testing/nasty-names.ts'
import { readableTruth } from './testing/readable-truth.ts'

/** Makes one relation of each kind for a quoted and qualified name. */
const KINDS: readonly ((name: string) => string)[] = [
  (name) => `create table ${name} (id int, note text)`,
  (name) => `create unlogged table ${name} (id int, note text)`,
  (name) => `create view ${name} as select 1 as id, 'x' as note`,
  (name) => `create materialized view ${name} as select 1 as id, 'x' as note`,
  (name) => `create table ${name} (id int, note text) partition by list (id)`,
  (name) => `create table ${name} () inherits (base.parent)`,
  (name) => `create table ${name} partition of base.parted for values in (${partition++})`,
  (name) => `create foreign table ${name} (id int, note text) server nowhere`,
]
let partition = 1

let source: TestSource
const roles: string[] = []
beforeAll(async () => {
  source = await createTestSource()
  const { database } = source
  await database.query(`
    create foreign data wrapper nothing; create server nowhere foreign data wrapper nothing;
    create schema base; create table base.parent (id int, note text);
    create table base.parted (id int, note text) partition by list (id)`)
  for (const suffix of ['none', 'table', 'column', 'member', 'owner'])
    roles.push(`r_${suffix}_${database.database}`)
  const [none, table, column, member, owner] = roles as [string, string, string, string, string]
  await database.query(roles.map((role) => `create role ${role} login password 'reader'`).join(';'))
  await database.query(
    `grant ${table} to ${member}; grant create on database ${database.database} to ${owner}`,
  )
  for (const [index, schema] of ['plain', 'Sch.Ema', '"', ' ', 'closed'].entries()) {
    await database.query(`create schema ${quoteIdentifier(schema)}`)
    for (const [number, name] of NASTY_NAMES.entries()) await createOne(schema, name, number + index)
  }
  await database.query(`grant usage on schema base, plain, "Sch.Ema", """", " " to ${table}, ${column};
    grant select on base.parent to public; grant usage on schema " " to ${none}; alter schema closed owner to ${owner}`)

  async function createOne(schema: string, name: string, number: number): Promise<void> {
    const quoted = quoteQualified(schema, name)
    await database.query(KINDS[number % KINDS.length]?.(quoted) ?? '')
    if (number % 3 === 0) await database.query(`grant select on ${quoted} to ${table}`)
    if (number % 5 === 0) await database.query(`grant select (note) on ${quoted} to ${column}`)
    if (number % 7 === 0) await database.query(`alter table ${quoted} owner to ${owner}`)
  }
})
afterAll(async () => {
  for (const role of roles) await source.database.query(`drop owned by ${role} cascade`)
  await source[Symbol.asyncDispose]()
})

async function listAll(session: Session, options?: ListRelationsOptions): Promise<ListedRelation[]> {
  return (await Array.fromAsync(streamRelations(session, options))).flat()
}

function namesOf(relations: readonly ListedRelation[]): string[] {
  return relations.map(({ schema, name }) => `${schema}/${name}`).sort()
}

describe('everything that a role may read is listed, and nothing else', () => {
  test.each([
    ['none', 0],
    ['table', 40],
    ['column', 20],
    ['member', 40],
    ['owner', 5],
  ])('%s', async (suffix, atLeast) => {
    const role = roles.find((name) => name.startsWith(`r_${suffix}_`)) ?? ''
    await using session = await openSession(targetOf(source.database, { username: role, password: 'reader' }))
    const truth = await readableTruth(source.database, role)
    expect(truth.length).toBeGreaterThanOrEqual(atLeast)
    expect(namesOf(await listAll(session, { includePartitions: true }))).toEqual(truth)
  })

  test('a superuser', async () => {
    const expected = ['plain', 'Sch.Ema', '"', ' ', 'closed'].flatMap((schema) =>
      NASTY_NAMES.map((name) => `${schema}/${name}`),
    )
    const listed = namesOf(await listAll(source.session, { includePartitions: true }))
    expect(listed).toEqual([...expected, 'base/parent', 'base/parted'].sort())
  })
})

test('each path reads back to its relation, and no two are alike', async () => {
  const relations = await listAll(source.session, { includePartitions: true })
  for (const { path, schema, name } of relations) expect(parseRelationPath(path)).toEqual({ schema, name })
  expect(new Set(relations.map(({ path }) => path)).size).toBe(relations.length)
})

describe('pages', () => {
  test.each([1, 7, 100])('of %i are together the whole list, in the order of bytes', async (limit) => {
    const all = await listAll(source.session)
    const pages: ListedRelation[] = []
    for (let hasMore = true; hasMore; ) {
      const page = await listRelations(source.session, { after: pages.at(-1) }, limit)
      expect(page.relations.length).toBe(page.hasMore ? limit : all.length - pages.length)
      pages.push(...page.relations)
      hasMore = page.hasMore
    }
    expect(pages).toEqual(all)
    const keys = all.map(({ schema, name }) => [Buffer.from(schema), Buffer.from(name)] as const)
    const inOrder = keys.toSorted((a, b) => Buffer.compare(a[0], b[0]) || Buffer.compare(a[1], b[1]))
    expect(keys).toEqual(inOrder)
  })

  test('go on after a relation that has been dropped meanwhile', async () => {
    const all = await listAll(source.session, { schema: 'plain' })
    const after = { schema: 'plain', name: `${all[4]?.name}` }
    const page = await listRelations(source.session, { schema: 'plain', after: { ...after } }, 3)
    const gone = await listRelations(
      source.session,
      { after: { schema: 'plain', name: `${after.name}\u0001` } },
      3,
    )
    expect(page.relations).toEqual(all.slice(5, 8))
    expect(gone.relations).toEqual(all.slice(5, 8))
  })
})

describe('a selection', () => {
  const names = async (options: ListRelationsOptions): Promise<string[]> =>
    (await listAll(source.session, { schema: 'plain', includePartitions: true, ...options })).map(
      ({ name }) => name,
    )

  test('of one schema', async () => {
    expect((await names({})).toSorted()).toEqual(NASTY_NAMES.toSorted())
    expect(await names({ schema: 'no such schema' })).toEqual([])
    expect(await names({ schema: `plain${' '.repeat(70)}` })).toEqual([])
  })

  test.each([
    ['upper', ['UPPER']],
    ['MIXEDCASE', ['MixedCase']],
    ['%', ['%2e%00', 'per%cent_under']],
    ['t_u', ['per%cent_under']],
    ['\\', ['back\\slash']],
    ["'", ["it's"]],
    ['😀 ', ['😀 👩‍👩‍👧']],
    ['plain.plain', ['plain']],
    ['plain."dotted.name"', ['dotted.name']],
    ['plain." leading"', [' leading']],
    ['"quoted"', ['"quoted"']],
    ['nothing like it', []],
  ])('by the text %s', async (search, expected) => {
    expect(await names({ search })).toEqual(expected)
  })

  test('tells kinds, partitions and parents apart', async () => {
    const { database, session } = source
    await database.query(`
      create schema told;
      create table told.parted (id int) partition by list (id);
      create table told.parted_1 partition of told.parted for values in (1) partition by list (id);
      create table told.parted_1_1 partition of told.parted_1 for values in (1);
      create table told.parent (id int); create table told.child () inherits (told.parent);
      create unlogged table told.fleeting (id int); comment on table told.fleeting is 'not for long';
      create materialized view told.empty as select 1 as id with no data;
      create view told.seen as select 1 as id;
      create foreign table told.far (id int) server nowhere;
      create table told.counted as select generate_series(1, 1000) as id; analyze told.counted`)
    const relations = await listAll(session, { schema: 'told', includePartitions: true })
    const told = relations.map(({ schema: _, path: __, type, name, ...rest }) => [name, type, rest] as const)
    const plain = { isPopulated: true, isUnlogged: false, isPartition: false }
    expect(told).toEqual([
      ['child', 'table', { ...plain, kind: 'table', parent: 'told.parent' }],
      [
        'counted',
        'table',
        { ...plain, kind: 'table', estimatedRows: 1000, estimatedBytes: expect.any(Number) },
      ],
      ['empty', 'view', { ...plain, kind: 'materialized view', isPopulated: false }],
      ['far', 'table', { ...plain, kind: 'foreign table' }],
      ['fleeting', 'table', { ...plain, kind: 'table', isUnlogged: true, comment: 'not for long' }],
      ['parent', 'table', { ...plain, kind: 'table' }],
      ['parted', 'table', { ...plain, kind: 'partitioned table' }],
      [
        'parted_1',
        'table',
        { ...plain, kind: 'partitioned table', isPartition: true, parent: 'told.parted' },
      ],
      ['parted_1_1', 'table', { ...plain, kind: 'table', isPartition: true, parent: 'told.parted_1' }],
      ['seen', 'view', { ...plain, kind: 'view' }],
    ])
    const roots = await listAll(session, { schema: 'told' })
    expect(roots).toEqual(relations.filter(({ isPartition }) => !isPartition))
  })
})
