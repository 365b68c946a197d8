import { finishedRun, LAKE_SPEC, POSTGRES_SPEC } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { codeOf } from './flow-client.ts'
import { MADE } from './kinds.ts'
import { idsOf, readPage } from './paging.ts'
import { statement } from './statement.ts'
import { openWorld, type World } from './world.ts'

let world: World

/** Flows by name; their sources are of their own. */
interface NamedFlow {
  readonly id: string
  readonly source: string
}
const flows: Record<'one' | 'two' | 'three' | 'draft', NamedFlow> = {} as never

beforeAll(async () => {
  world = await openWorld()
  for (const name of ['one', 'two', 'three'] as const) {
    const source = await world.makeSource({ name: `source of ${name}` })
    const flow = await world.makeFlow({ name, sourceConnectionIds: [source.id] })
    flows[name] = { id: flow.id, source: source.id }
  }
  const source = await world.makeSource()
  const draft = await world.flowBody({ name: 'draft', sourceConnectionIds: [source.id] })
  flows.draft = { id: (await world.make('/flows?mode=draft', draft)).id, source: source.id }
})
afterAll(async () => world?.[Symbol.asyncDispose]())

/** Ids of a list with these parameters, sorted. */
async function found(collection: string, ...properties: readonly string[]): Promise<readonly string[]> {
  const query = properties.map((property) => `property=${property}`).join('&')
  return (await idsOf(world.client, `/${collection}?limit=1000&${query}`)).toSorted()
}

/** What the named flows have and the others of this file have not. */
const OWN = 'name==one,two,three'

/** Expects exactly these flows. */
async function expectFlows(
  properties: string | readonly string[],
  ...names: (keyof typeof flows)[]
): Promise<void> {
  const wanted = names.map((name) => flows[name].id).toSorted()
  expect([properties, await found('flows', ...[properties].flat())]).toEqual([properties, wanted])
}

/** Expects that these lists, or those of all entities, refuse the filter, also when they only count. */
async function expectRefused(
  property: string,
  code: string,
  collections: readonly string[] = MADE.map((kind) => kind.collection),
): Promise<void> {
  const paths = collections.map((collection) => `/${collection}?property=${property}`)
  for (const path of [...paths, `${paths[0]}&count=true`]) {
    const answer = await world.client.get(path)
    expect([path, codeOf(answer)]).toEqual([path, code])
  }
}

statement(98, 'name==X finds what has just this name', async () => {
  const names = [
    'X',
    'x',
    'XX',
    ' X',
    'X.Y',
    'X%',
    'X*',
    "X'",
    'X\\',
    'ẍ',
    '[X]',
    'X<1>',
    'X~',
    'X&Y',
    'X+Y',
    '100% X',
  ]
  const ids = new Map<string, string>()
  for (const name of names) ids.set(name, (await world.makeTarget({ name })).id)
  for (const name of names) {
    const value = name.startsWith(' ') ? `"${name}"` : name
    expect([name, await found('targetConnections', `name==${encodeURIComponent(value)}`)]).toEqual([
      name,
      [ids.get(name)],
    ])
  }
  expect(await found('targetConnections', 'name==Y')).toEqual([])
  await expectFlows('name==one', 'one')
  await expectFlows('name==On')
})

statement(99, 'double quotes around a value, raw or encoded, mean nothing', async () => {
  for (const value of ['two', '"two"', '%22two%22', '"two%22']) {
    await expectFlows(`name==${value}`, 'two')
    await expectFlows(`name=${value}`, 'two')
  }
  await expectFlows(`id=="${flows.two.id}"`, 'two')
  const comma = await world.makeTarget({ name: 'one, or another' })
  expect(await found('targetConnections', 'name=="one,%20or%20another"')).toEqual([comma.id])
})

statement(100, 'several values after == mean any of them', async () => {
  await expectFlows(`id==${flows.one.id},${flows.three.id}`, 'one', 'three')
  await expectFlows(`id==${flows.one.id},${flows.one.id}`, 'one')
  await expectFlows(`id=="${flows.one.id}","${flows.two.id}",nobody`, 'one', 'two')
  await expectFlows('name==one,two,four', 'one', 'two')
  await expectFlows('name=="one",three', 'one', 'three')
  for (const { collection } of MADE) {
    const [one = '', , three = ''] = (await idsOf(world.client, `/${collection}`)).concat(['', '', ''])
    const wanted = [one, three].filter((id) => id !== '')
    if (wanted.length === 0) continue
    expect(await found(collection, `id==${wanted.join(',')}`)).toEqual(wanted.toSorted())
  }
})

statement(101, 'several property parameters must all hold', async () => {
  await expectFlows(['state==enabled', 'name==one,two,draft'], 'one', 'two')
  await expectFlows(['state==enabled', 'name==one,two,draft', `id!=${flows.one.id}`], 'two')
  await expectFlows(['name==one', 'name==two'])
  await expectFlows(['name!=one', 'name!=two', OWN, 'state==enabled'], 'three')
})

statement(102, 'state!=enabled finds the others', async () => {
  await expectFlows('state!=enabled', 'draft')
  await expectFlows('state!=Enabled', 'draft')
  await expectFlows('state!=draft', 'one', 'two', 'three')
  await world.client.post(`/flows/${flows.three.id}/action?op=disable`)
  await expectFlows('state!=enabled', 'draft', 'three')
  await world.client.post(`/flows/${flows.three.id}/action?op=enable`)
  await expectFlows('state!=enabled', 'draft')
})

statement(103, 'times are compared as numbers', async () => {
  for (const { collection, make } of MADE) {
    await make(world)
    const { items } = await readPage(world.client, `/${collection}?limit=1000`)
    const all = items.map(({ id }: NamedFlow) => id).toSorted()
    // As texts 9 would be above and 99999999999999 below every time of today.
    for (const always of ['createdAt>1000', 'createdAt>9', 'createdAt<99999999999999', 'createdAt!=0']) {
      expect([collection, always, await found(collection, always)]).toEqual([collection, always, all])
    }
    const { createdAt } = items[Math.floor(items.length / 2)]
    const comparisons = {
      '<': (time: number) => time < createdAt,
      '<=': (time: number) => time <= createdAt,
      '>': (time: number) => time > createdAt,
      '>=': (time: number) => time >= createdAt,
      '==': (time: number) => time === createdAt,
      '!=': (time: number) => time !== createdAt,
    }
    for (const [operator, holds] of Object.entries(comparisons)) {
      const wanted = items.filter((item: { readonly createdAt: number }) => holds(item.createdAt))
      const ids = wanted.map(({ id }: NamedFlow) => id).toSorted()
      expect([operator, await found(collection, `createdAt${operator}${createdAt}`)]).toEqual([operator, ids])
    }
    expect(await found(collection, `createdAt>=${createdAt}`, `createdAt<=${createdAt}`)).toContain(
      items[Math.floor(items.length / 2)].id,
    )
  }
})

statement(104, 'isSourceFlow==true finds what has the boolean', async () => {
  const path = 'inheritedAttributes.properties.isSourceFlow'
  const all = await found('flows')
  expect(await found('flows', `${path}==true`)).toEqual(all)
  expect(await found('flows', `${path}==True`)).toEqual(all)
  expect(await found('flows', `${path}!=true`)).toEqual([])
  expect(await found('flows', `${path}==false`)).toEqual([])
  expect(await found('flows', 'inheritedAttributes.properties.isDestinationFlow==true')).toEqual([])
})

statement(105, 'sourceConnectionIds[]==a,b finds what has one of them', async () => {
  await expectFlows(`sourceConnectionIds[]==${flows.one.source}`, 'one')
  await expectFlows(`sourceConnectionIds[]==${flows.one.source},${flows.draft.source}`, 'one', 'draft')
  await expectFlows(`sourceConnectionIds%5B%5D==${flows.two.source}`, 'two')
  await expectFlows('sourceConnectionIds[]==nobody')
  const { targetConnectionId, connectionId } = await world.ready()
  await expectFlows(['name==one,two', `targetConnectionIds[]==${targetConnectionId}`], 'one', 'two')
  const base = 'inheritedAttributes.sourceConnections[].baseConnection.id'
  await expectFlows([`${base}==${connectionId}`, 'name==one'], 'one')
  const columns = [{ name: 'note', type: 'string', xdm: { type: 'string' } }]
  const source = await world.makeSource({ params: { tableName: 'public.orders', columns } })
  expect(await found('sourceConnections', 'params.columns[].name==note')).toEqual([source.id])
})

statement(106, 'sourceConnectionIds==a finds the same without the brackets', async () => {
  await expectFlows(`sourceConnectionIds==${flows.one.source}`, 'one')
  await expectFlows(`sourceConnectionIds==${flows.one.source},${flows.two.source}`, 'one', 'two')
  await expectFlows([`sourceConnectionIds!=${flows.one.source}`, OWN, 'state==enabled'], 'two', 'three')
})

statement(107, 'connectionSpec.id picks connections by their spec', async () => {
  const lake = await world.make('/connections', { name: 'lake', connectionSpec: LAKE_SPEC })
  const base = await world.makeConnection()
  const lakes = await found('connections', `connectionSpec.id==${LAKE_SPEC.id}`)
  expect(lakes).toEqual([lake.id])
  const bases = await found('connections', `connectionSpec.id==${POSTGRES_SPEC.id}`)
  expect(bases).toContain(base.id)
  expect([...lakes, ...bases].toSorted()).toEqual(await found('connections'))
  expect(await found('connections', `connectionSpec.id!=${POSTGRES_SPEC.id}`)).toEqual([lake.id])
  expect(await found('connections', 'connectionSpec.id==nobody')).toEqual([])
})

statement(108, 'a run that failed is found as Failed, failed or FAILED', async () => {
  await world.source.query('create table doomed (like orders)')
  const source = await world.makeSource({ params: { tableName: 'public.doomed' } })
  const flow = await world.makeFlow({ sourceConnectionIds: [source.id] })
  await world.source.query('drop table doomed')
  const run = await world.makeRun(flow.id)
  const { metrics } = await finishedRun(world.server.client, flow.id)
  expect(metrics.statusSummary.status).toBe('failed')
  await world.makeWaitingRun()
  for (const word of ['Failed', 'failed', 'FAILED']) {
    expect(await found('runs', `metrics.statusSummary.status==${word}`)).toEqual([run.id])
    expect(await found('runs', `state==${word}`)).toEqual([run.id])
    expect(await found('runs', `metrics.statusSummary.status!=${word}`)).not.toContain(run.id)
  }
})

statement(109, 'state of a run is the status of its metrics', async () => {
  const running = await world.blockedRun()
  const waiting = await world.makeWaitingRun()
  for (const field of ['state', 'metrics.statusSummary.status']) {
    expect(await found('runs', `${field}==inProgress`)).toEqual([running.id])
    expect(await found('runs', `${field}==INPROGRESS`)).toEqual([running.id])
    const others = await found('runs', `${field}!=inProgress`)
    expect(others).toContain(waiting.id)
    expect(others).not.toContain(running.id)
    expect(await found('runs', `${field}==inProgress,scheduled`, `flowId==${running.flowId}`)).toEqual(
      expect.arrayContaining([running.id, waiting.id]),
    )
  }
})

statement(110, 'names without an operator show these members only', async () => {
  for (const { collection } of MADE) {
    const fields = collection === 'runs' ? ['id', 'flowId', 'metrics'] : ['id', 'name', 'state']
    const full = await readPage(world.client, `/${collection}`)
    for (const property of [fields.join(','), fields.toReversed().join(','), fields.join(',%20')]) {
      const { items } = await readPage(world.client, `/${collection}?property=${property}`)
      const picked = full.items.map((item: Record<string, unknown>) =>
        Object.fromEntries(fields.filter((name) => name in item).map((name) => [name, item[name]])),
      )
      expect([collection, items]).toEqual([collection, picked])
    }
  }
  const both = await readPage(world.client, '/flows?property=name==one&property=id,name')
  expect(both.items).toEqual([{ id: flows.one.id, name: 'one' }])
})

statement(111, 'the id is always shown', async () => {
  for (const { collection } of MADE) {
    const { items } = await readPage(world.client, `/${collection}?property=createdAt`)
    for (const item of items) expect(Object.keys(item).sort()).toEqual(['createdAt', 'id'])
    expect(items.length).toBeGreaterThan(0)
  }
})

statement(112, 'the operator ~ is a 1440-400', async () => {
  await expectRefused('id~x', '1440-400')
  await expectRefused('name~x', '1440-400', ['connections', 'flows'])
  await expectRefused('createdAt~1', '1440-400')
  await expectRefused('name~', '1440-400', ['flows'])
})

statement(113, 'any operator but == with several values is a 1443-400', async () => {
  for (const operator of ['>', '<', '>=', '<=', '!='])
    await expectRefused(`createdAt${operator}1,2`, '1443-400')
  await expectRefused('name!=a,b', '1443-400', ['flows', 'connections'])
})

statement(114, 'ids cannot be compared by size: 1448-400', async () => {
  for (const operator of ['>', '<', '>=', '<=']) {
    await expectRefused(`id${operator}x`, '1448-400')
    await expectRefused(`id${operator}${flows.one.id}`, '1448-400')
    await expectRefused(`flowId${operator}x`, '1448-400', ['runs'])
    await expectRefused(`baseConnectionId${operator}x`, '1448-400', ['sourceConnections'])
    await expectRefused(`connectionSpec.id${operator}x`, '1448-400', ['connections'])
    await expectRefused(`sourceConnectionIds[]${operator}x`, '1448-400', ['flows'])
  }
})

statement(115, 'an operator that does not exist is a 1450-400', async () => {
  for (const operator of ['!>', '!<', '<>', '><', '>>', '<<', '!!', '!', '=!']) {
    await expectRefused(`id${operator}x`, '1450-400')
    await expectRefused(`createdAt${encodeURIComponent(operator)}1`, '1450-400')
  }
  await expectRefused('name!>x', '1450-400', ['connections', 'flows'])
})

statement(116, 'an operator without a value is a 1453-400', async () => {
  for (const operator of ['==', '!=', '>', '<', '>=', '<=']) {
    await expectRefused(`createdAt${operator}`, '1453-400')
    await expectRefused(`createdAt${operator}%20`, '1453-400')
  }
  for (const values of ['', ',', 'a,', ',a', 'a,,b']) await expectRefused(`id==${values}`, '1453-400')
})

statement(117, 'a time that is no number is a 1452-400', async () => {
  for (const value of ['abc', '2024-01-01', '"abc"', '1e5', '0x1F', 'NaN', 'true', '1;drop', '12%2034']) {
    for (const field of ['createdAt', 'updatedAt']) {
      for (const operator of ['==', '>']) await expectRefused(`${field}${operator}${value}`, '1452-400')
    }
  }
  await expectRefused('createdAt==1,abc', '1452-400')
})

statement(118, 'a field that the resource does not have is a 1449-400', async () => {
  for (const property of [
    'nosuch==1',
    'nosuch!=1',
    'nosuch>1',
    'nosuch.deeper==1',
    'nosuch[]==1',
    '==1',
    'Id==1',
  ]) {
    await expectRefused(property, '1449-400')
  }
  await expectRefused('flowId==1', '1449-400', ['connections', 'flows'])
  await expectRefused("name'--==1", '1449-400', ['connections', 'flows'])
  await expectRefused('document==1', '1449-400')
})
