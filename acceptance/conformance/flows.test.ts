import type { Answer } from '@headwater/testkit/api-client.ts'
import { CRM_FLOW_SPEC, LAKE_SPEC, POSTGRES_SPEC } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { codeOf, type FlowAnswer, onlyItem } from './flow-client.ts'
import { statement } from './statement.ts'
import { FAR_FUTURE, MAPPINGS, openWorld, type World } from './world.ts'

/** Section 10.8, its first part: flow specs, and what a new flow has to be. */
const UNKNOWN = '00000000-1111-4222-8333-444444444444'

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
