import type { Answer } from '@headwater/testkit/api-client.ts'
import { CRM_FLOW_SPEC, LAKE_SPEC, POSTGRES_SPEC } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { codeOf, type FlowAnswer, onlyItem } from './flow-client.ts'
import { endedRuns, listRuns, nowInSeconds, pollFor } from './run-watch.ts'
import { statement } from './statement.ts'
import { FAR_FUTURE, MAPPINGS, openWorld, type World } from './world.ts'

/** Section 10.8: flow specs and flows. */
const UNKNOWN = '00000000-1111-4222-8333-444444444444'
const QUARTER = 15 * 60

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => world?.[Symbol.asyncDispose]())

async function create(overrides: Answer = {}, query = ''): Promise<FlowAnswer> {
  return world.client.post(`/flows${query}`, await world.flowBody(overrides))
}

async function expectCreated(overrides: Answer): Promise<string> {
  const { status, body, text } = await create(overrides)
  expect(status, text).toBe(201)
  return body.id
}

/** A refusal names what it refuses. */
async function expectRefused(overrides: Answer, words: string): Promise<void> {
  const { status, text } = await create(overrides)
  expect([status, text]).toEqual([400, expect.stringContaining(words)])
}

async function shown(id: string): Promise<Answer> {
  return onlyItem(await world.client.get(`/flows/${id}`))
}

/** Patches with the current version. */
async function patch(id: string, ...operations: Answer[]): Promise<FlowAnswer> {
  return world.client.patch(`/flows/${id}`, operations, (await shown(id)).etag)
}

function act(id: string, op: string): Promise<FlowAnswer> {
  return world.client.post(`/flows/${id}/action?op=${op}`)
}

/** A schedule whose next tick comes in `seconds`, one that has come already left aside. */
function tickIn(seconds: number): Answer {
  const startTime = nowInSeconds() + seconds - QUARTER
  return { startTime, frequency: 'minute', interval: 15, backfill: false }
}

async function crmSpec(): Promise<Answer> {
  return onlyItem(await world.client.get(`/flowSpecs/${CRM_FLOW_SPEC.id}`))
}

statement(204, 'the flow spec CRMToAEP is found by its name under its fixed id', async () => {
  const { body } = await world.client.get('/flowSpecs?property=name=="CRMToAEP"')
  expect(body.items.map(({ id }: Answer) => id)).toEqual(['14518937-270c-4525-bdec-c2ba7cce3860'])
})

statement(205, 'the flow spec joins PostgreSQL with the data lake', async () => {
  const spec = await crmSpec()
  expect(spec.sourceConnectionSpecIds).toContain(POSTGRES_SPEC.id)
  expect(spec.targetConnectionSpecIds).toContain(LAKE_SPEC.id)
})

statement(206, 'the flow spec describes options, schedule, runs and transformations', async () => {
  const { optionSpec, scheduleSpec, runSpec, transformationSpecs } = await crmSpec()
  expect(optionSpec.spec.properties).toMatchObject({
    errorDiagnosticsEnabled: { type: 'boolean', default: false },
    partialIngestionPercent: { type: 'number', exclusiveMinimum: 0 },
  })
  expect(scheduleSpec).toMatchObject({
    type: 'Periodic',
    spec: {
      properties: {
        startTime: { type: 'integer' },
        frequency: { enum: ['once', 'minute', 'hour', 'day', 'week'] },
        interval: { type: 'integer' },
        backfill: { type: 'boolean', default: true },
      },
      required: ['startTime', 'frequency'],
      else: {
        required: ['interval'],
        // biome-ignore lint/suspicious/noThenProperty: `then` is JSON Schema's word.
        then: { properties: { interval: { minimum: 15 } } },
        else: { properties: { interval: { minimum: 1 } } },
      },
    },
  })
  expect(runSpec.spec.required).toEqual(['startTime', 'windowStartTime', 'windowEndTime', 'deltaColumn'])
  expect(transformationSpecs).toMatchObject([
    { name: 'Copy', spec: { required: ['deltaColumn'] } },
    { name: 'Mapping', spec: { properties: { mappingId: {}, mappingVersion: {} } } },
  ])
})

statement(207, 'the flow spec is one of batches and of sources', async () => {
  expect((await crmSpec()).attributes).toMatchObject({ frequency: 'batch', isSourceFlow: true })
})

/** As the tutorial writes it, but for a start that has not passed. */
const TUTORIAL_SCHEDULE = { startTime: FAR_FUTURE, frequency: 'minute', interval: '15', backfill: 'true' }

async function tutorialBody(): Promise<Answer> {
  const { mappingId } = await world.ready()
  return world.flowBody({
    description: 'from a table to a dataset',
    transformations: [
      {
        name: 'Copy',
        params: { deltaColumn: { name: 'updated_at', dateFormat: 'YYYY-MM-DD', timezone: 'UTC' } },
      },
      { name: 'Mapping', params: { mappingId, mappingVersion: 0 } },
    ],
    scheduleParams: TUTORIAL_SCHEDULE,
  })
}

statement(
  208,
  'a flow can be made by the body of the tutorial, whose numbers and booleans are texts',
  async () => {
    const { status, body, text } = await world.client.post('/flows', await tutorialBody())
    expect(status, text).toBe(201)
    expect((await shown(body.id)).state).toBe('enabled')
  },
)

statement(209, 'a flow shows its schedule as it was sent', async () => {
  for (const scheduleParams of [
    TUTORIAL_SCHEDULE,
    { startTime: Number(FAR_FUTURE), frequency: 'week', interval: 2, backfill: false },
    { startTime: `${FAR_FUTURE}000`, frequency: 'hour', interval: ' 6 ', endTime: 'whatever' },
  ]) {
    expect((await shown(await expectCreated({ scheduleParams }))).scheduleParams).toEqual(scheduleParams)
  }
})

statement(210, 'a flow without a flow spec is refused, with an unknown one by 1413', async () => {
  expect((await create({ flowSpec: undefined })).status).toBe(400)
  expect(codeOf(await create({ flowSpec: { id: UNKNOWN, version: '1.0' } }))).toBe('1413-400')
})

statement(211, 'the state of a new flow is not for the client to say: 1410', async () => {
  expect(codeOf(await create({ state: 'enabled' }))).toBe('1410-400')
})

/** Judges schedules that start in the far future. */
async function expectSchedules(good: readonly Answer[], bad: readonly [Answer, string][]): Promise<void> {
  const scheduled = (params: Answer) => ({ scheduleParams: { startTime: FAR_FUTURE, ...params } })
  for (const params of good) await expectCreated(scheduled(params))
  for (const [params, words] of bad) await expectRefused(scheduled(params), words)
}

statement(212, 'every 14 minutes is too often, every 15 minutes is not', async () => {
  const minutes = (interval: unknown) => ({ frequency: 'minute', interval })
  await expectSchedules(
    [minutes(15), minutes('15')],
    [
      [minutes(14), 'interval'],
      [minutes('14'), 'interval'],
    ],
  )
})

statement(213, 'every hour is often enough, every 0 hours is not', async () => {
  const hours = (interval: unknown) => ({ frequency: 'hour', interval })
  await expectSchedules([hours(1)], [[hours(0), 'interval']])
})

statement(214, 'once has neither interval nor backfill', async () => {
  await expectSchedules(
    [{ frequency: 'once' }],
    [
      [{ frequency: 'once', interval: 15 }, 'interval'],
      [{ frequency: 'once', backfill: 'true' }, 'backfill'],
    ],
  )
})

statement(215, 'a frequency is needed, and month is none', async () => {
  await expectSchedules(
    [],
    [
      [{ frequency: 'month', interval: 1 }, 'month'],
      [{ interval: 1 }, 'frequency'],
    ],
  )
})

statement(216, 'every frequency but once needs an interval', async () => {
  const frequencies = ['minute', 'hour', 'day', 'week']
  await expectSchedules(
    [],
    frequencies.map((frequency) => [{ frequency }, 'interval']),
  )
})

statement(217, 'a tolerance of 0 percent is refused, one of 5 percent is taken', async () => {
  await expectRefused({ options: { partialIngestionPercent: 0 } }, 'partialIngestionPercent')
  const id = await expectCreated({ options: { errorDiagnosticsEnabled: true, partialIngestionPercent: 5 } })
  expect((await shown(id)).options).toEqual({ errorDiagnosticsEnabled: true, partialIngestionPercent: 5 })
})

statement(218, 'a schedule may have members that only other flows know', async () => {
  const others = { foldernameTemplate: '%DESTINATION%', timeUnit: 'day', exportMode: 'FULL_EXPORT' }
  await expectSchedules([{ frequency: 'day', interval: 1, ...others }], [])
})

statement(219, 'a flow from or to an unknown connection is refused', async () => {
  for (const field of ['sourceConnectionIds', 'targetConnectionIds']) {
    const { status, text } = await create({ [field]: [UNKNOWN] })
    expect([400, 404]).toContain(status)
    expect(text).toContain(UNKNOWN)
  }
})

statement(220, 'a flow from a connection of a spec that the flow spec does not join is refused', async () => {
  const { targetConnectionId } = await world.ready()
  const { status, text } = await create({ sourceConnectionIds: [targetConnectionId] })
  expect([400, 404]).toContain(status)
  expect(text).toContain(targetConnectionId)
})

statement(221, 'an incremental copy without the name of its column is refused', async () => {
  for (const deltaColumn of [undefined, {}, { name: '' }])
    await expectRefused({ transformations: [{ name: 'Copy', params: { deltaColumn } }] }, 'deltaColumn')
})

statement(222, 'an unknown mapping is refused with 1419, one of another schema with 1425', async () => {
  const mapped = (mappingId: string, mappingVersion: unknown = 0) =>
    create({ transformations: [{ name: 'Mapping', params: { mappingId, mappingVersion } }] })
  expect(codeOf(await mapped('0123456789abcdef0123456789abcdef'))).toBe('1419-400')
  expect(codeOf(await mapped((await world.ready()).mappingId, 99))).toBe('1412-400')
  const ofAnotherSchema = await world.makeMapping(await world.makeSchema())
  expect(codeOf(await mapped(ofAnotherSchema))).toBe('1425-400')
  const { schemaId } = await world.ready()
  const version = (number: string) => `application/vnd.adobe.xed-full+json;version=${number}`
  expect(codeOf(await mapped(await world.makeMapping(schemaId, MAPPINGS, version('2'))))).toBe('1425-400')
  expect((await mapped(await world.makeMapping(schemaId, MAPPINGS, version('1.0')))).status).toBe(201)
})

statement(
  223,
  'a flow shows the connections and specs on its way, and that it comes from a source',
  async () => {
    const { connectionId, sourceConnectionId, targetConnectionId } = await world.ready()
    const { id } = await world.makeFlow()
    expect((await shown(id)).inheritedAttributes).toEqual({
      properties: { isSourceFlow: true },
      sourceConnections: [
        {
          id: sourceConnectionId,
          connectionSpec: POSTGRES_SPEC,
          baseConnection: { id: connectionId, connectionSpec: POSTGRES_SPEC },
        },
      ],
      targetConnections: [{ id: targetConnectionId, connectionSpec: LAKE_SPEC }],
    })
  },
)

statement(224, 'a flow has a link to its runs that leads to them', async () => {
  const { id } = await world.makeFlow()
  const { runs } = await shown(id)
  expect(runs).toBe(`/runs?property=flowId==${id}`)
  expect((await world.client.get(runs)).body.items).toEqual([])
  const run = await world.makeRun(id)
  expect((await world.client.get(runs)).body.items.map((item: Answer) => item.id)).toEqual([run.id])
})

statement(225, 'a flow tells of its newest run once it has had one', async () => {
  const { id } = await world.makeFlow()
  expect(await shown(id)).not.toHaveProperty('lastRunDetails')
  const made = await world.makeRun(id)
  const [run] = await endedRuns(world, id)
  const { startedAtUTC, completedAtUTC } = run.metrics.durationSummary
  expect((await shown(id)).lastRunDetails).toEqual({
    id: made.id,
    state: 'success',
    startedAtUTC,
    completedAtUTC,
  })
})

/** Waits until ticks of this second have been seen to: a flow that is due then has its run. */
async function untilTick(scheduleParams: Answer): Promise<void> {
  const later = { ...scheduleParams, startTime: scheduleParams.startTime + 1 }
  const { id } = await world.makeFlow({ scheduleParams: later })
  await pollFor(
    () => listRuns(world, id),
    (runs) => runs.length > 0,
  )
}

statement(226, 'a disabled flow says so and runs no more', async () => {
  const scheduleParams = tickIn(2)
  const { id, etag } = await world.makeFlow({ scheduleParams })
  const { status, body } = await act(id, 'disable')
  expect([status, Object.keys(body).sort()]).toEqual([200, ['etag', 'id']])
  expect(body.etag).not.toBe(etag)
  expect((await shown(id)).state).toBe('disabled')
  await untilTick(scheduleParams)
  expect(await listRuns(world, id)).toEqual([])
})

statement(227, 'a flow is enabled again by the action in upper or lower case, and then runs', async () => {
  const { id } = await world.makeFlow()
  for (const op of ['ENABLE', 'enable']) {
    expect((await act(id, 'DISABLE')).status).toBe(200)
    expect((await shown(id)).state).toBe('disabled')
    expect((await act(id, op)).status).toBe(200)
    expect((await shown(id)).state).toBe('enabled')
  }
  const overdue = await world.makeFlow({ scheduleParams: tickIn(1) })
  await act(overdue.id, 'disable')
  await untilTick(tickIn(1))
  expect(await listRuns(world, overdue.id)).toEqual([])
  await act(overdue.id, 'enable')
  expect(await endedRuns(world, overdue.id)).toHaveLength(1)
})

statement(228, 'an action that nobody knows is refused with 1434', async () => {
  const { id } = await world.makeFlow()
  expect(codeOf(await act(id, 'explode'))).toBe('1434-400')
})

statement(229, 'an action on an old version is refused, one on whatever version is not', async () => {
  const { id, etag } = await world.makeFlow()
  const path = `/flows/${id}/action?op=disable`
  expect((await world.client.post(path)).status).toBe(200)
  const stale = await world.client.post(`/flows/${id}/action?op=enable`, undefined, {
    headers: { 'if-match': etag },
  })
  expect([stale.status, codeOf(stale)]).toEqual([412, '1404-412'])
  expect((await shown(id)).state).toBe('disabled')
})

statement(230, 'a changed frequency is judged, and counts from then on', async () => {
  const startTime = nowInSeconds() - 3600 + 3
  const scheduleParams = { startTime, frequency: 'day', interval: 1, backfill: false }
  const { id } = await world.makeFlow({ scheduleParams })
  const replace = (value: string) => ({ op: 'replace', path: '/scheduleParams/frequency', value })
  const refused = await patch(id, replace('minute'))
  expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('interval')])
  expect((await shown(id)).scheduleParams).toEqual(scheduleParams)
  expect((await patch(id, replace('hour'))).status).toBe(200)
  expect((await shown(id)).scheduleParams).toEqual({ ...scheduleParams, frequency: 'hour' })
  expect(await endedRuns(world, id)).toHaveLength(1)
})

statement(231, 'a transformation is replaced at its place', async () => {
  const { id } = (await world.client.post('/flows', await tutorialBody())).body
  const [, mapping] = (await shown(id)).transformations
  const copy = { name: 'Copy', params: { deltaColumn: { name: 'placed_on' } } }
  const { status, text } = await patch(id, { op: 'replace', path: '/transformations/0', value: copy })
  expect(status, text).toBe(200)
  expect((await shown(id)).transformations).toEqual([copy, mapping])
})

statement(232, 'a start that has passed cannot be changed, one to come can', async () => {
  const replace = { op: 'replace', path: '/scheduleParams/startTime', value: '4102444801' }
  const ahead = await world.makeFlow()
  expect((await patch(ahead.id, replace)).status).toBe(200)
  const { id } = await world.makeFlow({ scheduleParams: tickIn(QUARTER - 1) })
  const { status, text } = await patch(id, replace)
  expect([status, text]).toEqual([400, expect.stringContaining('startTime')])
  await act(id, 'disable')
  expect((await patch(id, replace)).status).toBe(400)
})

statement(233, 'a policy can be added and replaced, but not with an empty list of fields', async () => {
  const { id } = await world.makeFlow()
  const policy = { enforcementRefs: [{ id: 'a policy', fields: ['note'] }] }
  for (const op of ['add', 'Replace']) {
    expect((await patch(id, { op, path: '/policy', value: policy })).status).toBe(200)
    expect((await shown(id)).policy).toEqual(policy)
  }
  const value = { enforcementRefs: [{ id: 'a policy', fields: [] }] }
  expect(codeOf(await patch(id, { op: 'Replace', path: '/policy', value }))).toBe('1431-400')
})

statement(234, 'a draft may lack transformations and schedule, but not when it is published', async () => {
  const whole = await world.flowBody()
  const { transformations, scheduleParams, ...rest } = whole
  const { id } = await world.make('/flows?mode=draft', rest)
  expect((await shown(id)).state).toBe('draft')
  expect((await act(id, 'publish')).status).toBe(400)
  const add = (name: string, value: Answer) => ({ op: 'add', path: `/${name}`, value })
  expect((await patch(id, add('transformations', transformations))).status).toBe(200)
  const refused = await act(id, 'publish')
  expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('scheduleParams')])
  expect((await patch(id, add('scheduleParams', scheduleParams))).status).toBe(200)
  expect((await act(id, 'publish')).status).toBe(200)
  expect((await shown(id)).state).toBe('enabled')
})

statement(235, 'a flow cannot be published before its source connection', async () => {
  const source = await world.make('/sourceConnections?mode=draft', await world.sourceBody())
  const body = await world.flowBody({ sourceConnectionIds: [source.id] })
  const { id } = await world.make('/flows?mode=draft', body)
  const { status, text } = await act(id, 'publish')
  expect([status, text]).toEqual([400, expect.stringContaining(source.id)])
  expect((await shown(id)).state).toBe('draft')
  expect((await world.client.post(`/sourceConnections/${source.id}/action?op=publish`)).status).toBe(200)
  expect((await act(id, 'publish')).status).toBe(200)
})

statement(236, 'a deleted flow is gone, its connections are not', async () => {
  const { id } = await world.makeFlow()
  const { sourceConnectionIds, targetConnectionIds } = await shown(id)
  expect((await world.client.delete(`/flows/${id}`)).status).toBe(204)
  expect((await world.client.get(`/flows/${id}`)).status).toBe(404)
  for (const path of [
    `/sourceConnections/${sourceConnectionIds[0]}`,
    `/targetConnections/${targetConnectionIds[0]}`,
  ])
    expect(onlyItem(await world.client.get(path)).state).toBe('enabled')
})

statement(237, 'a deleted flow runs no more', async () => {
  const scheduleParams = tickIn(2)
  const { id } = await world.makeFlow({ scheduleParams })
  expect((await world.client.delete(`/flows/${id}`)).status).toBe(204)
  await untilTick(scheduleParams)
  expect(await listRuns(world, id)).toEqual([])
})
