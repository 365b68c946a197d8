import type { Answer } from '@headwater/testkit/api-client.ts'
import { createGatedRelation, type GatedRelation } from '@headwater/testkit/gated-relation.ts'
import { CRM_FLOW_SPEC } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { codeOf, type FlowAnswer, onlyItem } from './flow-client.ts'
import { type Landing, landedIds, makeLanding, type Wanted } from './landing.ts'
import { endedRun, endedRuns, listRuns, nowInSeconds, statusOf } from './run-watch.ts'
import { statement } from './statement.ts'
import { openWorld, type World } from './world.ts'

/** Section 10.9, its second part: runs that are asked for, and what runs tell of themselves. */
const COPY = '4f008a00-3a04-11eb-adc1-0242ac120002'
const PROMOTION = '37b34f84-1ada-11eb-adc1-0242ac120002'
const HOUR = 3600
const DAY = Date.UTC(2024, 0, 1) / 1000

let world: World
let gated: GatedRelation

/** On each hour of a day one row; a hundred rows of which three hold a moment that no table of the lake can hold. */
beforeAll(async () => {
  world = await openWorld()
  await world.source.query(`
    create table hourly as select i as id, 'hour ' || i as note, timestamptz '2024-01-01Z' + i * interval '1 hour' as updated_at
      from generate_series(0, 23) i;
    create table faulty as select i as id, 'row ' || i as note,
      case when i in (7, 42, 70) then 'infinity' else timestamptz '2024-01-01Z' end as updated_at from generate_series(1, 100) i`)
  gated = await createGatedRelation(world.source, 10)
})
afterAll(async () => world?.[Symbol.asyncDispose]())

/** A flow over the hourly rows that runs when it is asked to. */
function landHours(more: Partial<Wanted> = {}): Promise<Landing> {
  return makeLanding(world, { tableName: 'public.hourly', deltaColumn: { name: 'updated_at' }, ...more })
}

function landFaulty(options: Answer): Promise<Landing> {
  const columns = ['id', 'note', 'updated_at']
  const scheduleParams = { startTime: nowInSeconds(), frequency: 'once' }
  return makeLanding(world, { tableName: 'public.faulty', columns, options, scheduleParams })
}

/** From one hour of the day to another, in seconds as text. */
function hours(from: number, to: number): Answer {
  return { windowStartTime: String(DAY + from * HOUR), windowEndTime: String(DAY + to * HOUR) }
}

function ask(flowId: unknown, params?: Answer): Promise<FlowAnswer> {
  return world.client.post('/runs', { flowId, params })
}

async function asked({ flowId }: Landing, params?: Answer): Promise<Answer> {
  const { status, body, text } = await ask(flowId, params)
  expect(status, text).toBe(201)
  return endedRun(world, body.id)
}

function retrigger(id: string): Promise<FlowAnswer> {
  return world.client.post(`/runs/${id}/action?op=re-trigger`)
}

async function flowOf({ flowId }: Landing): Promise<Answer> {
  return onlyItem(await world.client.get(`/flows/${flowId}`))
}

/** A run that has brought six rows, and was scheduled; many statements look at it. */
let completed: Promise<{ run: Answer; landing: Landing; startTime: number }> | undefined
function completedRun(): NonNullable<typeof completed> {
  completed ??= (async () => {
    const startTime = DAY + 6 * HOUR
    const landing = await landHours({ scheduleParams: { startTime, frequency: 'week', interval: 1000 } })
    const [run] = await endedRuns(world, landing.flowId)
    return { run, landing, startTime }
  })()
  return completed
}

statement(247, 'a run is asked for with times as text, and answered in both documented forms', async () => {
  const { flowId } = await landHours()
  const params = { startTime: String(nowInSeconds()), ...hours(0, 1), deltaColumn: { name: 'updated_at' } }
  const { status, body, text } = await ask(flowId, params)
  expect(status, text).toBe(201)
  const { id, etag } = body
  expect(body).toEqual({ id, etag, items: [{ id, etag }] })
  expect((await endedRun(world, id)).params).toEqual(params)
})

statement(
  248,
  'a run may be asked for with no more than its flow, and a status that means nothing',
  async () => {
    const flow = await landHours()
    const { status, body, text } = await world.client.post('/runs', { flowId: flow.flowId, status: 'active' })
    expect(status, text).toBe(201)
    expect(statusOf(await endedRun(world, body.id))).toBe('success')
    expect(await landedIds(world, flow)).toHaveLength(24)
  },
)

statement(249, 'a run without a flow is refused with 1446, one of an unknown flow with 1430', async () => {
  for (const flowId of [undefined, '', null]) expect(codeOf(await ask(flowId))).toBe('1446-400')
  expect(codeOf(await ask('00000000-1111-4222-8333-444444444444'))).toBe('1430-400')
})

statement(250, 'a run that is asked for copies the rows of its window and no others', async () => {
  const flow = await landHours()
  await asked(flow, hours(3, 6))
  expect(await landedIds(world, flow)).toEqual([3, 4, 5])
})

statement(251, 'the first run may say which column tells the time; from then on it is settled', async () => {
  const flow = await landHours({ deltaColumn: undefined })
  const before = (await flowOf(flow)).transformations
  expect(before.map(({ name }: Answer) => name)).toEqual(['Mapping'])
  await asked(flow, { ...hours(3, 6), deltaColumn: { name: 'updated_at' } })
  const { transformations } = await flowOf(flow)
  const copy = transformations.find(({ name }: Answer) => name === 'Copy')
  expect(copy.params.deltaColumn.name).toBe('updated_at')
  expect(transformations).toEqual(expect.arrayContaining(before))
  await asked(flow, hours(6, 7))
  expect(await landedIds(world, flow)).toEqual([3, 4, 5, 6])
  const other = await ask(flow.flowId, { ...hours(7, 8), deltaColumn: { name: 'note' } })
  expect([other.status, other.text]).toEqual([400, expect.stringContaining('updated_at')])
})

statement(252, 'a window that ends where or before it begins is refused', async () => {
  const { flowId } = await landHours()
  for (const params of [hours(6, 6), hours(6, 3)]) {
    const { status, text } = await ask(flowId, params)
    expect([status, text]).toEqual([400, expect.stringContaining('windowStartTime')])
  }
})

statement(253, 'times may be given in seconds or milliseconds, as number or text', async () => {
  const [from, to] = [DAY + 3 * HOUR, DAY + 6 * HOUR]
  for (const [windowStartTime, windowEndTime] of [
    [from, to],
    [from * 1000, to * 1000],
    [String(from * 1000), String(to * 1000)],
    [String(from), to * 1000],
  ]) {
    const flow = await landHours()
    await asked(flow, { windowStartTime, windowEndTime })
    expect(await landedIds(world, flow)).toEqual([3, 4, 5])
  }
})

statement(254, 'a run shows its flow, the spec of that, its metrics and activities', async () => {
  const { run, landing } = await completedRun()
  const { status, body } = await world.client.get(`/runs/${run.id}`)
  expect([status, body.items.length]).toEqual([200, 1])
  expect(body.items[0]).toMatchObject({
    id: run.id,
    flowId: landing.flowId,
    flowSpec: CRM_FLOW_SPEC,
    metrics: expect.any(Object),
    activities: expect.any(Array),
    etag: expect.stringMatching(/^".+"$/),
    providerRefId: expect.stringContaining(landing.flowId),
  })
})

statement(255, 'a run that is under way shows its status and no activities', async () => {
  await gated.close()
  const { flowId } = await makeLanding(world, { tableName: gated.tableName, columns: ['id'] })
  const { id } = await world.makeRun(flowId)
  await gated.reached()
  const run = onlyItem(await world.client.get(`/runs/${id}`))
  expect([run.metrics, run.activities]).toEqual([{ statusSummary: { status: 'inProgress' } }, []])
  const [listed] = await listRuns(world, flowId)
  expect([listed.metrics, listed.activities]).toEqual([run.metrics, []])
  await gated.open()
  expect(statusOf(await endedRun(world, id))).toBe('success')
})

statement(
  256,
  'a run that has ended tells how long it took, how much it moved, and how it ended',
  async () => {
    const { run } = await completedRun()
    const { durationSummary, sizeSummary, recordSummary, fileSummary, statusSummary } = run.metrics
    expect(durationSummary.completedAtUTC).toBeGreaterThanOrEqual(durationSummary.startedAtUTC)
    expect(sizeSummary.inputBytes).toBeGreaterThan(0)
    expect(sizeSummary.outputBytes).toBeGreaterThan(0)
    expect(recordSummary).toMatchObject({
      inputRecordCount: 6,
      outputRecordCount: 6,
      createdRecordCount: 6,
      failedRecordCount: 0,
    })
    expect(fileSummary).toMatchObject({
      inputFileCount: 1,
      outputFileCount: 1,
      activityRefs: [PROMOTION],
      manifest: {
        fileInfo: [{ path: expect.stringMatching(/\/export\/batches\/\w+\/meta\?path=input_files$/) }],
      },
    })
    expect(statusSummary).toMatchObject({ status: 'success', activityRefs: [PROMOTION] })
  },
)

statement(257, 'copying and promoting are activities under fixed ids', async () => {
  const { run, landing } = await completedRun()
  expect(run.activities).toMatchObject([
    {
      id: COPY,
      name: 'PostgreSQL Copy Activity',
      latencySummary: {},
      recordSummary: { inputRecordCount: 6, outputRecordCount: 6 },
      statusSummary: { status: 'success' },
      sourceInfo: [{ id: landing.sourceConnectionId, type: 'SourceConnection' }],
    },
    {
      id: PROMOTION,
      name: 'Promotion Activity',
      latencySummary: {},
      recordSummary: { inputRecordCount: 6, outputRecordCount: 6 },
      statusSummary: { status: 'success' },
      targetInfo: [
        { id: landing.targetConnectionId, type: 'TargetConnection', reference: { type: 'Batch' } },
      ],
    },
  ])
})

statement(258, 'a run without rows succeeds with the activity of copying alone', async () => {
  const run = await asked(await landHours(), hours(100, 101))
  expect(statusOf(run)).toBe('success')
  expect(run.activities.map(({ id }: Answer) => id)).toEqual([COPY])
  expect(run.metrics.recordSummary.inputRecordCount).toBe(0)
  expect(run.metrics.sizeSummary.inputBytes).toBe(0)
})

/** What came in is what went out, failed or was left out. */
function expectBalanced({ metrics }: Answer): void {
  const { inputRecordCount, outputRecordCount, failedRecordCount, skippedRecordCount } = metrics.recordSummary
  expect(outputRecordCount + failedRecordCount + skippedRecordCount).toBe(inputRecordCount)
}

statement(259, 'records that came in went out, failed or were skipped', async () => {
  const runs = [
    (await completedRun()).run,
    await asked(await landHours(), hours(100, 101)),
    (await endedRuns(world, (await landFaulty({ partialIngestionPercent: 5 })).flowId))[0],
    (await endedRuns(world, (await landFaulty({})).flowId))[0],
  ]
  expect(runs.map(({ metrics }) => metrics.recordSummary.inputRecordCount)).toEqual([6, 0, 100, 100])
  for (const run of runs) {
    expectBalanced(run)
    expect(statusOf(run)).toMatch(/success|failed/)
  }
})

statement(260, 'failed records up to the tolerance leave a run a success, more of them do not', async () => {
  const [tolerant, strict] = [
    await landFaulty({ partialIngestionPercent: 3 }),
    await landFaulty({ partialIngestionPercent: 2.9 }),
  ]
  const [[success], [failed]] = [
    await endedRuns(world, tolerant.flowId),
    await endedRuns(world, strict.flowId),
  ]
  expect([statusOf(success), statusOf(failed)]).toEqual(['success', 'failed'])
  for (const { metrics } of [success, failed])
    expect(metrics.statusSummary.errors).toMatchObject([{ code: 'CONNECTOR-2001-500' }])
  expect(success.metrics.recordSummary).toMatchObject({ outputRecordCount: 97, failedRecordCount: 3 })
  expect(await landedIds(world, tolerant)).toHaveLength(97)
  expect(await landedIds(world, strict)).toEqual([])
})

/** A flow over a table that is gone when it runs. */
async function landVanished(table: string): Promise<{ run: Answer; landing: Landing }> {
  await world.source.query(`create table ${table} as select * from hourly`)
  const landing = await landHours({ tableName: `public.${table}` })
  await world.source.query(`drop table ${table}`)
  return { run: await asked(landing, hours(0, 3)), landing }
}

statement(261, 'a source that fails is told in the run, and not by the status of an answer', async () => {
  const { run } = await landVanished('vanished')
  const { status } = await world.client.get(`/runs/${run.id}`)
  expect([status, statusOf(run)]).toEqual([200, 'failed'])
  expect(run.metrics.statusSummary.errors).toMatchObject([
    { code: 'CONNECTOR-1001-500', message: expect.stringContaining('vanished') },
  ])
})

statement(262, 'a run shows its window in milliseconds', async () => {
  const { run, startTime } = await completedRun()
  expect(run.metrics.durationSummary.extensions.windowEnd).toBeGreaterThanOrEqual(startTime * 1000)
  const onDemand = await asked(await landHours(), hours(3, 6))
  const window = { windowStart: (DAY + 3 * HOUR) * 1000, windowEnd: (DAY + 6 * HOUR) * 1000 }
  expect(onDemand.metrics.durationSummary.extensions).toEqual(window)
  for (const { durationSummary } of onDemand.activities) expect(durationSummary.extensions).toEqual(window)
})

statement(
  263,
  'runs of a flow that recurs are incremental, those of one that does not are one-time',
  async () => {
    const once = await landHours({ scheduleParams: { startTime: nowInSeconds(), frequency: 'once' } })
    const [oneTime] = await endedRuns(world, once.flowId)
    const { run: recurring } = await completedRun()
    for (const [run, type] of [
      [oneTime, 'one-time'],
      [recurring, 'incremental'],
    ]) {
      for (const { statusSummary } of [run.metrics, ...run.activities])
        expect(statusSummary.extensions.type).toBe(type)
    }
  },
)

statement(264, 'a flow tells of the run that has ended last', async () => {
  const { run: failed, landing } = await landVanished('vanished_for_a_while')
  const detailsOf = ({ id, metrics }: Answer, state: string) => {
    const { startedAtUTC, completedAtUTC } = metrics.durationSummary
    return { id, state, startedAtUTC, completedAtUTC }
  }
  expect((await flowOf(landing)).lastRunDetails).toEqual(detailsOf(failed, 'failed'))
  await world.source.query('create table vanished_for_a_while as select * from hourly')
  const succeeded = await asked(landing, hours(0, 3))
  expect((await flowOf(landing)).lastRunDetails).toEqual(detailsOf(succeeded, 'success'))
})

statement(265, 'the runs of a flow are listed newest first, page by page', async () => {
  const { flowId } = await landHours()
  const made = []
  for (let count = 0; count < 5; count += 1) made.unshift((await world.makeRun(flowId)).id)
  await endedRuns(world, flowId, 5)
  const listed = []
  for (let path = `/runs?property=flowId==${flowId}&limit=2`; path !== ''; ) {
    const { body } = await world.client.get(path)
    expect(body.items.length).toBeLessThanOrEqual(2)
    listed.push(...body.items.map(({ id }: Answer) => id))
    path = body._links.next?.href ?? ''
  }
  expect(listed).toEqual(made)
})

statement(266, 'a failed run is repeated over the same window as a run of its own', async () => {
  const { run, landing } = await landVanished('vanished_until_repeated')
  await world.source.query('create table vanished_until_repeated as select * from hourly')
  const { status, body } = await retrigger(run.id)
  expect([status, Object.keys(body).sort()]).toEqual([200, ['etag', 'id']])
  expect(body.id).not.toBe(run.id)
  const repeated = await endedRun(world, body.id)
  expect(statusOf(repeated)).toBe('success')
  expect(repeated.metrics.durationSummary.extensions).toEqual(run.metrics.durationSummary.extensions)
  expect(await landedIds(world, landing)).toEqual([0, 1, 2])
})

statement(267, 'a run that brought rows is not repeated, one that brought none is', async () => {
  const flow = await landHours()
  const full = await asked(flow, hours(0, 3))
  expect(codeOf(await retrigger(full.id))).toBe('1422-400')
  const empty = await asked(flow, hours(100, 101))
  const { status, body, text } = await retrigger(empty.id)
  expect(status, text).toBe(200)
  expect(statusOf(await endedRun(world, body.id))).toBe('success')
  expect(await landedIds(world, flow)).toEqual([0, 1, 2])
})

statement(268, 'a run is not changed without saying which version of it: 1403', async () => {
  const { run } = await completedRun()
  expect(codeOf(await world.client.put(`/runs/${run.id}`, { flowId: run.flowId }))).toBe('1403-400')
})

statement(269, 'links lead to failed records when their diagnostics or a tolerance are on', async () => {
  const links = async (options: Answer): Promise<Answer> => {
    const [run] = await endedRuns(world, (await landFaulty(options)).flowId)
    return run.metrics.statusSummary.extensions.manifest
  }
  for (const options of [{ errorDiagnosticsEnabled: true }, { partialIngestionPercent: 5 }]) {
    const { failedRecords, sampleErrors } = await links(options)
    for (const [link, words] of [
      [failedRecords, 'row_errors'],
      [sampleErrors, '"row 42"'],
    ]) {
      const { pathname, search } = new URL(link)
      const { status, text } = await world.client.get(pathname + search)
      expect([status, text]).toEqual([200, expect.stringContaining(words)])
    }
  }
  expect(await links({})).toBeUndefined()
  expect((await completedRun()).run.metrics.statusSummary.extensions).not.toHaveProperty('manifest')
})
