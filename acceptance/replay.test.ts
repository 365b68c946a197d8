import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Answer, ApiClient } from '@headwater/testkit/api-client.ts'
import { changeEntity, remapFlow } from '@headwater/testkit/change-flow.ts'
import {
  connectTo,
  endOfRun,
  FLOW,
  finishedRun,
  type Ingested,
  ingest,
  queryRows,
} from '@headwater/testkit/journey.ts'
import {
  digestOfSource,
  FAULT_COUNT,
  landedDigestSql,
  MENDED_POLICY,
  PLANTED_FAULTS,
  PLANTED_FIELDS,
  plantedMappings,
  plantFaults,
  REQUIRED_FIELDS,
} from '@headwater/testkit/planted-faults.ts'
import { batchIdOf, rejectedRows } from '@headwater/testkit/quarantine.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROWS = 20_000

let source: TestDatabase
let server: TestServer
let client: ApiClient
let connectionId: string

beforeAll(async () => {
  source = await createTestDatabase()
  server = await startTestServer()
  client = server.client
  connectionId = await connectTo(client, source)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

const replay = (run: Answer) => client.post(`${FLOW}/runs/${run.id}/action?op=replay`, {})

/** Replays and waits for the end of the new run. */
async function replayed(run: Answer): Promise<Answer> {
  const { status, body } = await replay(run)
  expect(status, JSON.stringify(body)).toBe(200)
  return await endOfRun(client, body.id)
}

const runOf = async ({ id }: Answer): Promise<Answer> =>
  (await client.get(`${FLOW}/runs/${id}`)).body.items[0]

async function expectRefused(run: Answer, words: string): Promise<void> {
  const { status, body } = await replay(run)
  expect([status, body.message]).toEqual([400, expect.stringContaining(words)])
}

/** A table of some rows whose number is a text, `bad` of which hold none. */
async function landNumbers(tableName: string, options: Answer = { partialIngestionPercent: 100 }) {
  await source.query(
    `create table ${tableName} as
       select i as id, case when i % 3 = 0 then 'n' || i else i::text end as number from generate_series(1, 9) i`,
  )
  const flow = await ingest(client, connectionId, {
    tableName: `public.${tableName}`,
    fields: { id: { type: 'integer' }, number: { type: 'integer' } },
    required: ['number'],
    mappings: ['id', 'number'].map((name) => ({
      sourceType: 'ATTRIBUTE',
      source: name,
      destination: `_headwater.${name}`,
    })),
    options,
  })
  return { flow, run: await finishedRun(client, flow.flowId) }
}

const numbersOf = ({ datasetId }: Ingested) =>
  queryRows(client, `select _headwater.id, _headwater.number from "${datasetId}" order by 1`)

const column = (source: string, name = source) => ({
  sourceType: source === name ? 'ATTRIBUTE' : 'EXPRESSION',
  source,
  destination: `_headwater.${name}`,
})
const MENDED = [column('id'), column('replacestr(number, "n", "")', 'number')]

test('after the mapping is mended, all that was set aside comes in: also when the table is gone', async () => {
  await plantFaults(source, ROWS)
  const sound = await digestOfSource(source)
  const flow = await ingest(client, connectionId, {
    tableName: 'public.planted',
    fields: PLANTED_FIELDS,
    required: REQUIRED_FIELDS,
    mappings: plantedMappings(),
    options: { partialIngestionPercent: 1 },
  })
  const run = await finishedRun(client, flow.flowId)
  const before = await rejectedRows(client, batchIdOf(run))
  await remapFlow(client, flow, plantedMappings({ isMended: true }))
  await changeEntity(client, 'sourceConnections', flow.sourceConnectionId, [
    { op: 'add', path: '/params/valuePolicy', value: MENDED_POLICY },
  ])
  await source.query('drop table planted')
  const second = await replayed(run)
  expect(second).toMatchObject({
    predecessors: [{ flowRunId: run.id }],
    metrics: {
      recordSummary: { inputRecordCount: FAULT_COUNT, outputRecordCount: FAULT_COUNT, failedRecordCount: 0 },
      statusSummary: {
        status: 'success',
        extensions: { replay: { of: run.id, recordCount: FAULT_COUNT, replayedRecordCount: FAULT_COUNT } },
      },
    },
  })
  expect((await runOf(run)).metrics.statusSummary.extensions.replay).toEqual({
    byRun: second.id,
    byBatch: batchIdOf(second),
    recordCount: FAULT_COUNT,
    replayedRecordCount: FAULT_COUNT,
    failedRecordCount: 0,
  })
  expect(before).toHaveLength(FAULT_COUNT)
  // Names tell the rows apart; of one kind the name itself was the fault.
  const mended = PLANTED_FAULTS.map(({ column: name, becomes }) =>
    becomes === null ? `_headwater.${name} is null` : `_headwater.${name}::varchar = '${becomes}'`,
  )
  const names = before.map(({ name }) => (name === undefined ? 'nobody' : name))
  const isMended = `_headwater.name in (${[...new Set(names)].map((name) => `'${name}'`).join(', ')}) and (${mended.join(' or ')})`
  expect(await queryRows(client, `select count(*)::int from "${flow.datasetId}" where ${isMended}`)).toEqual([
    [FAULT_COUNT],
  ])
  expect(await queryRows(client, landedDigestSql(flow.datasetId, `not (${isMended})`))).toEqual([sound])
})

test('what fails again is set aside again, as whole as before, and is replayed from there', async () => {
  const { flow, run } = await landNumbers('again')
  await remapFlow(client, flow, [column('id'), column('number == "n3" ? "3" : number', 'number')])
  const second = await replayed(run)
  expect(second.metrics.recordSummary).toMatchObject({ outputRecordCount: 1, failedRecordCount: 2 })
  const first = await rejectedRows(client, batchIdOf(run))
  const left = await rejectedRows(client, batchIdOf(second))
  expect(left.map(({ id, number, _source }) => ({ id, number, _source }))).toEqual(
    first.slice(1).map(({ id, number, _source }) => ({ id, number, _source })),
  )
  await expectRefused(run, `the run ${second.id} has replayed its rows`)
  await remapFlow(client, flow, MENDED)
  await replayed(second)
  expect(await numbersOf(flow)).toEqual(Array.from({ length: 9 }, (_, index) => [index + 1, index + 1]))
})

test('of many who ask at once one is heard, and a row comes in once', async () => {
  const { flow, run } = await landNumbers('at_once')
  await remapFlow(client, flow, MENDED)
  const answers = await Promise.all(Array.from({ length: 8 }, () => replay(run)))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(400)])
  await endOfRun(client, answers.find(({ status }) => status === 200)?.body.id)
  expect(await numbersOf(flow)).toHaveLength(9)
  await expectRefused(run, 'has replayed its rows')
})

test('a server that ends in the middle goes on with a replay, and no row comes in twice', async () => {
  const { flow, run } = await landNumbers('restarted')
  await remapFlow(client, flow, MENDED)
  const { body } = await replay(run)
  await server.restart()
  client = server.client
  expect((await endOfRun(client, body.id)).metrics.statusSummary.status).toBe('success')
  expect(await numbersOf(flow)).toHaveLength(9)
})

test('a replay that fails as a whole has brought nothing, and is asked for again', async () => {
  const { flow, run } = await landNumbers('mistaken')
  await remapFlow(client, flow, [column('id'), column('1 + id', 'number')])
  await source.query('alter table mistaken add column other int')
  await remapFlow(client, flow, [column('id'), column('other', 'number')])
  const failed = await replayed(run)
  expect(failed.metrics.statusSummary.status).toBe('failed')
  expect(failed.metrics.statusSummary.errors[0].message).toContain('hold the columns id, number')
  await remapFlow(client, flow, MENDED)
  await replayed(run)
  expect(await numbersOf(flow)).toHaveLength(9)
})

test('a replay is not repeated by re-trigger: the rows are the other run’s', async () => {
  const { flow, run } = await landNumbers('windows')
  await remapFlow(client, flow, MENDED)
  const second = await replayed(run)
  const { status, body } = await client.post(`${FLOW}/runs/${second.id}/action?op=re-trigger`, {})
  expect([status, body.message]).toEqual([400, expect.stringContaining('it replays rows of the run')])
})

test('rows that somebody has changed fail the replay with a code, and none of them comes in', async () => {
  const { flow, run } = await landNumbers('changed')
  await remapFlow(client, flow, MENDED)
  const folder = join(server.lakeDir, 'prod', flow.datasetId, 'diagnostics', batchIdOf(run), 'row_errors')
  const [name = ''] = await readdir(folder)
  await writeFile(
    join(folder, name),
    (await readFile(join(folder, name), 'utf8')).replace('"_source"', '"_sauce"'),
  )
  const { statusSummary } = (await replayed(run)).metrics
  expect(statusSummary).toMatchObject({
    status: 'failed',
    extensions: { errors: [{ code: 'HW-QUARANTINE-UNREADABLE' }] },
  })
  expect(await numbersOf(flow)).toHaveLength(6)
})

test('what can not be replayed is refused with the reason', async () => {
  const { run: failed } = await landNumbers('failed', { errorDiagnosticsEnabled: true })
  await expectRefused(failed, 'nothing of it was ingested')
  const { run } = await landNumbers('swept')
  await rm(join(server.lakeDir, 'prod'), { recursive: true, force: true })
  await expectRefused(run, 'HW-QUARANTINE-GONE')
  expect((await client.post(`${FLOW}/runs/01JABCDEF/action?op=replay`, {})).status).toBe(404)
})
