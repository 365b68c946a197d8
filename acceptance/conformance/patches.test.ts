import type { Answer } from '@headwater/testkit/api-client.ts'
import { finishedRun } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { codeOf, onlyItem } from './flow-client.ts'
import { CHANGEABLE, COLLECTIONS, type Kind, SPECS } from './kinds.ts'
import { statement } from './statement.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => world?.[Symbol.asyncDispose]())

/** A new thing of a kind that is patched under its current etag. */
interface Patched {
  readonly path: string
  /** Expects the patch to be done; the item after it. */
  readonly done: (body: unknown) => Promise<Answer>
  /** Expects the patch to be refused and the item to be as before. */
  readonly refused: (body: unknown, code: string) => Promise<void>
}

async function fresh({ collection, make }: Kind): Promise<Patched> {
  const { id } = await make(world)
  const path = `/${collection}/${id}`
  const read = async (): Promise<Answer> => onlyItem(await world.client.get(path))
  return {
    path,
    async done(body) {
      const answer = await world.client.patch(path, body, (await read()).etag)
      expect([path, body, answer.status, answer.text]).toEqual([path, body, 200, answer.text])
      return read()
    },
    async refused(body, code) {
      const before = await read()
      const answer = await world.client.patch(path, body, before.etag)
      expect([path, body, codeOf(answer)]).toEqual([path, body, code])
      expect(await read()).toEqual(before)
    },
  }
}

/** A member, two levels down, that an object of the kind may have. */
const INNER: Readonly<Record<string, string>> = {
  connections: '/auth/params',
  sourceConnections: '/params',
  targetConnections: '/params',
  flows: '/scheduleParams',
}

statement(58, 'a PATCH that is refused changes nothing, not even the etag', async () => {
  const good = { op: 'replace', path: '/name', value: 'changed' }
  for (const kind of CHANGEABLE) {
    const { path, refused } = await fresh(kind)
    await refused([good, { op: 'replace', path: '/etag', value: 'x' }], '1455-400')
    await refused([good, { op: 'move', from: '/name', path: '/description' }], '1434-400')
    await refused([good, { op: 'remove', path: '/description/deeper' }], '1455-400')
    await refused([good, { op: 'replace', path: '/name', value: '' }], '1100-400')
    await refused([good, { op: 'replace', path: '/name', value: 7 }], '1100-400')
    await refused([good, { op: 'replace', path: INNER[kind.collection], value: 7 }], '1100-400')
    await refused('{"op": ', '1100-400')
    const before = onlyItem(await world.client.get(path))
    expect(codeOf(await world.client.patch(path, [good], '"stale"'))).toBe('1404-412')
    expect(codeOf(await world.client.patch(path, [good]))).toBe('1403-400')
    expect(onlyItem(await world.client.get(path))).toEqual(before)
  }
})

statement(59, 'a PATCH may be an array of operations', async () => {
  for (const kind of CHANGEABLE) {
    const { done } = await fresh(kind)
    const one = await done([{ op: 'replace', path: '/name', value: 'one' }])
    expect(one.name).toBe('one')
    const both = await done([
      { op: 'replace', path: '/name', value: 'two' },
      { op: 'add', path: '/description', value: 'both' },
    ])
    expect(both).toMatchObject({ name: 'two', description: 'both' })
  }
})

statement(60, 'a PATCH may be one operation without an array', async () => {
  for (const kind of CHANGEABLE) {
    const { done } = await fresh(kind)
    expect((await done({ op: 'replace', path: '/name', value: 'single' })).name).toBe('single')
    expect((await done({ op: 'add', path: '/description', value: 'x' })).description).toBe('x')
    expect(await done({ op: 'remove', path: '/description' })).not.toHaveProperty('description')
  }
})

statement(61, 'names of operations mean the same in any case', async () => {
  for (const kind of CHANGEABLE) {
    const { done } = await fresh(kind)
    for (const [add, replace, remove] of [
      ['add', 'replace', 'remove'],
      ['Add', 'Replace', 'Remove'],
      ['ADD', 'REPLACE', 'REMOVE'],
      ['aDD', 'rePLACE', 'reMOVE'],
    ]) {
      expect((await done([{ op: add, path: '/description', value: 'added' }])).description).toBe('added')
      expect((await done([{ op: replace, path: '/description', value: 'new' }])).description).toBe('new')
      expect(await done([{ op: remove, path: '/description' }])).not.toHaveProperty('description')
    }
  }
})

statement(62, 'the operations move, copy and test, and made-up ones, are 1434-400', async () => {
  for (const kind of CHANGEABLE) {
    const { refused } = await fresh(kind)
    for (const op of ['move', 'MOVE', 'copy', 'test', 'merge', '', 'add ']) {
      await refused([{ op, from: '/name', path: '/description', value: 'x' }], '1434-400')
      await refused({ op, from: '/name', path: '/description', value: 'x' }, '1434-400')
    }
    await refused([{ path: '/name', value: 'x' }], '1434-400')
  }
})

statement(63, 'what is not there can be neither replaced nor removed: 1455-400', async () => {
  for (const kind of CHANGEABLE) {
    const { refused } = await fresh(kind)
    const inner = INNER[kind.collection] ?? ''
    for (const path of [
      '/description',
      `${inner}/nothing`,
      `${inner}/nothing/deeper`,
      '/labels/99',
      '/name/x',
    ]) {
      await refused([{ op: 'replace', path, value: 'x' }], '1455-400')
      await refused([{ op: 'remove', path }], '1455-400')
    }
    await refused([{ op: 'add', path: `${inner}/nothing/deeper`, value: 'x' }], '1455-400')
    await refused([{ op: 'replace', value: 'x' }], '1455-400')
    await refused([{ op: 'replace', path: 'name', value: 'x' }], '1455-400')
  }
})

statement(64, 'a remove may come with a value, which means nothing', async () => {
  for (const kind of CHANGEABLE) {
    const { done } = await fresh(kind)
    for (const value of ['x', null, { deep: [1] }]) {
      await done([{ op: 'add', path: '/description', value: 'to be removed' }])
      expect(await done([{ op: 'remove', path: '/description', value }])).not.toHaveProperty('description')
    }
  }
})

statement(65, 'the operations of a PATCH apply in their order, all or none', async () => {
  for (const kind of CHANGEABLE) {
    const { done, refused } = await fresh(kind)
    const ordered = await done([
      { op: 'add', path: '/description', value: 'one' },
      { op: 'replace', path: '/description', value: 'two' },
      { op: 'remove', path: '/description' },
      { op: 'add', path: '/description', value: 'three' },
      { op: 'replace', path: '/name', value: 'first' },
      { op: 'replace', path: '/name', value: 'second' },
    ])
    expect(ordered).toMatchObject({ description: 'three', name: 'second' })
    await refused(
      [
        { op: 'remove', path: '/description' },
        { op: 'replace', path: '/description', value: 'too late' },
      ],
      '1455-400',
    )
    await refused(
      [
        { op: 'replace', path: '/name', value: 'changed' },
        { op: 'add', path: '/description', value: 'changed' },
        { op: 'remove', path: '/nothing' },
      ],
      '1455-400',
    )
    const blankAndBack = await done([
      { op: 'replace', path: '/name', value: '' },
      { op: 'replace', path: '/name', value: 'whole again' },
    ])
    expect(blankAndBack.name).toBe('whole again')
  }
})

const READ_ONLY = [
  '/id',
  '/createdAt',
  '/etag',
  '/imsOrgId',
  '/updatedAt',
  '/createdBy',
  '/updatedBy',
  '/createdClient',
  '/updatedClient',
  '/version',
  '/state',
  '/sandboxId',
  '/sandboxName',
  '/lastOperation',
  '/lastOperation/operation',
  '',
  '/',
]

statement(66, 'what the server keeps itself cannot be patched', async () => {
  for (const kind of CHANGEABLE) {
    const { path, refused } = await fresh(kind)
    const item = onlyItem(await world.client.get(path))
    for (const readOnly of READ_ONLY) {
      for (const op of ['add', 'replace', 'remove']) {
        await refused([{ op, path: readOnly, value: 'x' }], '1455-400')
      }
      // Not even with what it is already.
      const value = readOnly === '' ? item : item[readOnly.slice(1)]
      await refused([{ op: 'replace', path: readOnly, value: value ?? 'x' }], '1455-400')
    }
  }
})

statement(67, 'a PATCH without an operation is a 1405-400', async () => {
  for (const kind of CHANGEABLE) {
    const { path, refused } = await fresh(kind)
    for (const body of ['[]', 'null', '', '  ']) await refused(body, '1405-400')
    const { etag } = onlyItem(await world.client.get(path))
    const bodiless = await world.client.call('PATCH', path, { headers: { 'if-match': etag } })
    expect([path, codeOf(bodiless)]).toEqual([path, '1405-400'])
  }
})

statement(68, 'a DELETE answers 204 without a body', async () => {
  for (const { collection, make } of CHANGEABLE) {
    const { id } = await make(world)
    const { status, text, headers } = await world.client.delete(`/${collection}/${id}`)
    expect([collection, status, text]).toEqual([collection, 204, ''])
    expect(headers['content-type']).toBeUndefined()
  }
})

statement(69, 'what was deleted is not found', async () => {
  for (const { collection, make } of CHANGEABLE) {
    const { id, etag } = await make(world)
    const path = `/${collection}/${id}`
    expect((await world.client.delete(path)).status).toBe(204)
    const patch = world.client.patch(path, [{ op: 'replace', path: '/name', value: 'x' }], etag)
    for (const answer of [await world.client.get(path), await patch]) {
      expect([path, codeOf(answer)]).toEqual([path, '1439-404'])
    }
    const listed = await world.client.get(`/${collection}?property=id==${id}`)
    expect(listed.body).toEqual({ items: [], _links: {} })
  }
})

statement(70, 'a second DELETE is a 404, also of two at a time', async () => {
  for (const { collection, make } of CHANGEABLE) {
    const path = `/${collection}/${(await make(world)).id}`
    expect((await world.client.delete(path)).status).toBe(204)
    expect([path, codeOf(await world.client.delete(path))]).toEqual([path, '1439-404'])
    for (let round = 0; round < 10; round++) {
      const raced = `/${collection}/${(await make(world)).id}`
      const answers = await Promise.all([world.client.delete(raced), world.client.delete(raced)])
      expect([collection, ...answers.map(({ status }) => status).sort()]).toEqual([collection, 204, 404])
    }
  }
})

/** Paths of nulls in an item, but for the two members that the documented answers show as null. */
function nullsIn(value: unknown, path = ''): readonly string[] {
  if (value === null) return /^\/data\/(schema|properties)$/.test(path) ? [] : [path]
  if (typeof value !== 'object') return []
  return Object.entries(value ?? {}).flatMap(([name, member]) => nullsIn(member, `${path}/${name}`))
}

/** Things of all kinds with as little in them as can be, and with nulls for what may be absent. */
async function makeSparse(): Promise<void> {
  const nothing = { description: null, providerId: null, labels: null, attributes: null }
  await world.makeConnection(nothing)
  await world.makeSource(nothing)
  await world.makeTarget(nothing)
  const flow = await world.makeFlow({ ...nothing, options: null, policy: null })
  for (const { collection, make } of CHANGEABLE) {
    await make(world)
    const { connectionSpec, flowSpec } = (await world.client.get(`/${collection}?limit=1`)).body.items[0]
    await world.make(`/${collection}?mode=draft`, { name: 'draft', connectionSpec, flowSpec })
    await world.make(`/${collection}?mode=draft`, {
      name: null,
      auth: null,
      data: null,
      params: null,
      connectionSpec,
      flowSpec,
    })
  }
  await world.makeWaitingRun()
  await world.makeRun(flow.id, { params: null })
  await finishedRun(world.server.client, flow.id)
}

statement(71, 'optional members that are absent are left out, not null', async () => {
  await makeSparse()
  for (const collection of COLLECTIONS) {
    const { items } = (await world.client.get(`/${collection}`)).body
    expect(items.length).toBeGreaterThan(0)
    for (const item of items) expect([collection, nullsIn(item)]).toEqual([collection, []])
    for (const { id } of items.slice(0, 5)) {
      const one = onlyItem(await world.client.get(`/${collection}/${id}`))
      expect([collection, nullsIn(one)]).toEqual([collection, []])
    }
  }
  expect(SPECS.map(({ collection }) => COLLECTIONS.includes(collection))).toEqual([true, true])
})
