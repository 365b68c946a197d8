import type { Answer } from '@headwater/testkit/api-client.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { type FlowAnswer, onlyItem } from './flow-client.ts'
import { landedIds, makeLanding } from './landing.ts'
import { endedRun, endedRuns, nowInSeconds } from './run-watch.ts'
import { statement } from './statement.ts'
import { openWorld, type World } from './world.ts'

/** Section 10.10: filters on the rows of a source. */
const HOSTILE = `x'; drop table people; --`

let world: World
let connectionId: string

beforeAll(async () => {
  world = await openWorld()
  await world.source.query(
    `create table people as select * from (values
       (1, 'Ann', 'Los Angeles', 20, date '2024-01-01'),
       (2, 'Bob', 'Los Gatos', 30, date '2024-01-02'),
       (3, 'Cleo', 'Rome', 40, date '2024-01-03'),
       (4, $1, null, 50, date '2024-01-04'),
       (5, 'Eve; Zoë "q"', 'rome', null, date '2024-01-05')
     ) as person (id, note, city, age, born)`.replace('$1', `'${HOSTILE.replaceAll("'", "''")}'`),
  )
  connectionId = (await world.ready()).connectionId
})
afterAll(async () => world?.[Symbol.asyncDispose]())

type Literal = string | number | boolean | readonly (string | number)[]

function fn(fnName: string, ...params: readonly Answer[]): Answer {
  return { nodeType: 'fnApply', fnName, params }
}

/** A comparison of a column with a literal; without one, of the column alone. */
function on(fnName: string, fieldName: string, ...values: readonly Literal[]): Answer {
  const literals = values.map((value) => ({ nodeType: 'literal', value }))
  return fn(fnName, { nodeType: 'fieldLookup', fieldName }, ...literals)
}

function document(value: Answer): Answer {
  return { type: 'PQL', format: 'pql/json', value }
}

function preview(value: Answer): Promise<FlowAnswer> {
  const filters = Buffer.from(JSON.stringify(document(value))).toString('base64url')
  const query = `objectType=table&object=public.people&preview=true&filters=${filters}`
  return world.client.get(`/connections/${connectionId}/explore?${query}`)
}

/** Ids of the people that pass. */
async function passing(value: Answer): Promise<number[]> {
  const { status, body, text } = await preview(value)
  expect(status, text).toBe(200)
  return body.data.map(({ id }: Answer) => id).sort()
}

async function expectPassing(cases: readonly (readonly [Answer, readonly number[]])[]): Promise<void> {
  for (const [value, ids] of cases) expect([value, await passing(value)]).toEqual([value, ids])
}

statement(270, 'every function of the filters passes the rows that it says', async () => {
  await expectPassing([
    [on('=', 'city', 'Rome'), [3]],
    [on('!=', 'city', 'Rome'), [1, 2, 5]],
    [on('<', 'age', 30), [1]],
    [on('<=', 'age', 30), [1, 2]],
    [on('>', 'age', 30), [3, 4]],
    [on('>=', 'age', 30), [2, 3, 4]],
    [on('>=', 'born', '2024-01-04'), [4, 5]],
    [on('like', 'city', 'Los%'), [1, 2]],
    [on('like', 'city', '_ome'), [3, 5]],
    [on('in', 'city', ['Rome', 'Los Gatos']), [2, 3]],
    [on('in', 'age', [20, 50]), [1, 4]],
    [on('isNull', 'city'), [4]],
    [fn('and', on('like', 'city', 'Los%'), on('>', 'age', 20)), [2]],
    [fn('or', on('isNull', 'age'), on('=', 'id', 1)), [1, 5]],
    [fn('not', on('in', 'id', [1, 2])), [3, 4, 5]],
  ])
})

statement(271, 'equality may be written twice over, and functions in upper or lower case', async () => {
  await expectPassing([
    [on('==', 'city', 'Rome'), [3]],
    [on('LIKE', 'city', 'Los%'), [1, 2]],
    [on('isnull', 'city'), [4]],
    [fn('NOT', on('In', 'id', [1, 2, 3])), [4, 5]],
    [fn('AND', on('>', 'age', 20), fn('Or', on('=', 'id', 1), on('=', 'id', 2))), [2]],
  ])
})

statement(272, 'a filter may be a single comparison', async () => {
  await expectPassing([[on('=', 'id', 2), [2]]])
})

statement(273, 'conditions may stand in each other', async () => {
  const inner = fn('not', fn('and', on('=', 'city', 'Rome'), fn('or', on('=', 'id', 3), on('=', 'id', 4))))
  await expectPassing([
    [fn('and', fn('or', inner, on('=', 'id', 3)), fn('not', on('isNull', 'age'))), [1, 2, 3]],
    [fn('and', inner, fn('not', fn('not', on('<', 'id', 4)))), [1, 2]],
  ])
})

statement(274, 'unknown columns and functions, and wrong numbers of parameters, are refused', async () => {
  const wrong: readonly (readonly [Answer, string])[] = [
    [on('=', 'nosuch', 1), 'nosuch'],
    [on('sounds', 'city', 'Rome'), 'sounds'],
    [on('=', 'city'), '='],
    [on('isNull', 'city', 'Rome'), 'isNull'],
    [on('in', 'city', 'Rome'), 'in'],
    [fn('not', on('=', 'id', 1), on('=', 'id', 2)), 'not'],
    [fn('and'), 'and'],
  ]
  for (const [value, words] of wrong) {
    const shown = await preview(value)
    expect([shown.status, shown.text]).toEqual([400, expect.stringContaining(words)])
    const params = { tableName: 'public.people', filters: document(value) }
    const stored = await world.client.post('/sourceConnections', await world.sourceBody({ params }))
    expect([stored.status, stored.text]).toEqual([400, expect.stringContaining(words)])
  }
})

statement(275, 'quotes and semicolons in a literal are characters like any other', async () => {
  await expectPassing([
    [on('=', 'note', HOSTILE), [4]],
    [on('in', 'note', [HOSTILE, 'Eve; Zoë "q"']), [4, 5]],
    [on('like', 'note', "%'; drop%"), [4]],
    [on('=', 'note', "' or '1'='1"), []],
  ])
  expect((await world.source.query('select from people')).rowCount).toBe(5)
})

statement(
  276,
  'a filter applies to the run of a schedule, to one that is asked for, and to a preview',
  async () => {
    const filter = fn('or', on('like', 'city', 'Los%'), on('=', 'note', HOSTILE))
    expect(await passing(filter)).toEqual([1, 2, 4])
    const flow = await makeLanding(world, {
      tableName: 'public.people',
      filters: document(filter),
      deltaColumn: { name: 'born' },
      scheduleParams: { startTime: nowInSeconds() - 5, frequency: 'week', interval: 1 },
    })
    const [scheduled] = await endedRuns(world, flow.flowId)
    expect(scheduled.metrics.recordSummary).toMatchObject({ inputRecordCount: 3, outputRecordCount: 3 })
    expect(await landedIds(world, flow)).toEqual([1, 2, 4])

    const params = { windowStartTime: Date.UTC(2024, 0, 2), windowEndTime: Date.UTC(2024, 0, 4) }
    const { id } = await world.makeRun(flow.flowId, { params })
    expect((await endedRun(world, id)).metrics.recordSummary.inputRecordCount).toBe(1)
    expect(await landedIds(world, flow)).toEqual([1, 2, 2, 4])

    const path = `/sourceConnections/${flow.sourceConnectionId}`
    const { etag } = onlyItem(await world.client.get(path))
    const change = { op: 'replace', path: '/params/filters', value: document(on('=', 'id', 3)) }
    expect((await world.client.patch(path, [change], etag)).status).toBe(200)
    const { id: changed } = await world.makeRun(flow.flowId, { params })
    expect((await endedRun(world, changed)).metrics.recordSummary.inputRecordCount).toBe(1)
    expect(await landedIds(world, flow)).toEqual([1, 2, 2, 3, 4])
  },
)
