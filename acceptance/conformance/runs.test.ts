import type { Answer } from '@headwater/testkit/api-client.ts'
import { createGatedRelation, type GatedRelation } from '@headwater/testkit/gated-relation.ts'
import { CRM_FLOW_SPEC } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { codeOf, onlyItem } from './flow-client.ts'
import { askedRun, hour, hours, landHours, landVanished, makeHourlyRows } from './hourly-rows.ts'
import { type Landing, landedIds, makeLanding } from './landing.ts'
import { endedRun, endedRuns, listRuns, nowInSeconds, statusOf } from './run-watch.ts'
import { statement } from './statement.ts'
import { openWorld, type World } from './world.ts'

/** Section 10.9: what runs tell of themselves. */
const COPY = '4f008a00-3a04-11eb-adc1-0242ac120002'
const PROMOTION = '37b34f84-1ada-11eb-adc1-0242ac120002'

let world: World
let gated: GatedRelation

/** Beside the hourly rows a hundred more, of which three hold a moment that no table of the lake can hold. */
beforeAll(async () => {
  world = await openWorld()
  await makeHourlyRows(world)
  await world.source.query(`create table faulty as select i as id, 'row ' || i as note,
    case when i in (7, 42, 70) then 'infinity' else timestamptz '2024-01-01Z' end as updated_at from generate_series(1, 100) i`)
  gated = await createGatedRelation(world.source, 10)
})
afterAll(async () => world?.[Symbol.asyncDispose]())

function landFaulty(options: Answer): Promise<Landing> {
  const columns = ['id', 'note', 'updated_at']
  const scheduleParams = { startTime: nowInSeconds(), frequency: 'once' }
  return makeLanding(world, { tableName: 'public.faulty', columns, options, scheduleParams })
}

async function flowOf({ flowId }: Landing): Promise<Answer> {
  return onlyItem(await world.client.get(`/flows/${flowId}`))
}

/** A run that has brought six rows, and was scheduled; many statements look at it. */
let completed: Promise<{ run: Answer; landing: Landing; startTime: number }> | undefined
function completedRun(): NonNullable<typeof completed> {
  completed ??= (async () => {
    const startTime = hour(6)
    const landing = await landHours(world, {
      scheduleParams: { startTime, frequency: 'week', interval: 1000 },
    })
    const [run] = await endedRuns(world, landing.flowId)
    return { run, landing, startTime }
  })()
  return completed
}

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
  const run = await askedRun(world, await landHours(world), hours(100, 101))
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
    await askedRun(world, await landHours(world), hours(100, 101)),
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

statement(261, 'a source that fails is told in the run, and not by the status of an answer', async () => {
  const { run } = await landVanished(world, 'vanished')
  const { status } = await world.client.get(`/runs/${run.id}`)
  expect([status, statusOf(run)]).toEqual([200, 'failed'])
  expect(run.metrics.statusSummary.errors).toMatchObject([
    { code: 'CONNECTOR-1001-500', message: expect.stringContaining('vanished') },
  ])
})

statement(262, 'a run shows its window in milliseconds', async () => {
  const { run, startTime } = await completedRun()
  expect(run.metrics.durationSummary.extensions.windowEnd).toBeGreaterThanOrEqual(startTime * 1000)
  const onDemand = await askedRun(world, await landHours(world), hours(3, 6))
  const window = { windowStart: hour(3) * 1000, windowEnd: hour(6) * 1000 }
  expect(onDemand.metrics.durationSummary.extensions).toEqual(window)
  for (const { durationSummary } of onDemand.activities) expect(durationSummary.extensions).toEqual(window)
})

statement(
  263,
  'runs of a flow that recurs are incremental, those of one that does not are one-time',
  async () => {
    const once = await landHours(world, { scheduleParams: { startTime: nowInSeconds(), frequency: 'once' } })
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
  const { run: failed, landing } = await landVanished(world, 'vanished_for_a_while')
  const detailsOf = ({ id, metrics }: Answer, state: string) => {
    const { startedAtUTC, completedAtUTC } = metrics.durationSummary
    return { id, state, startedAtUTC, completedAtUTC }
  }
  expect((await flowOf(landing)).lastRunDetails).toEqual(detailsOf(failed, 'failed'))
  await world.source.query('create table vanished_for_a_while as select * from hourly')
  const succeeded = await askedRun(world, landing, hours(0, 3))
  expect((await flowOf(landing)).lastRunDetails).toEqual(detailsOf(succeeded, 'success'))
})

statement(265, 'the runs of a flow are listed newest first, page by page', async () => {
  const { flowId } = await landHours(world)
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
