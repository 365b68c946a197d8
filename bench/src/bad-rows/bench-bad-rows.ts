import { deepStrictEqual } from 'node:assert/strict'
import { parseArgs } from 'node:util'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { changeEntity, remapFlow } from '@headwater/testkit/change-flow.ts'
import { endOfRun, FLOW, finishedRun, type Ingested, ingest } from '@headwater/testkit/journey.ts'
import {
  digestOfSource,
  FAULT_COUNT,
  MENDED_POLICY,
  PLANTED_FAULTS,
  PLANTED_FIELDS,
  plantedIds,
  plantedMappings,
  REQUIRED_FIELDS,
} from '@headwater/testkit/planted-faults.ts'
import { batchIdOf, rejectedLines, rejectedRows } from '@headwater/testkit/quarantine.ts'
import { printTable, say } from '../table.ts'
import { type BadRowsWorld, openBadRowsWorld } from './bad-rows-world.ts'
import { digestOfLanded } from './digest-of-landed.ts'

const PATIENCE_MS = 3_600_000

/**
 * 137 faults of 12 kinds among ten million rows, at four thresholds; their replay after the mapping is mended; and
 * a table in which every row is bad. It fails where anything is not exactly as it must be.
 */
export async function benchBadRows(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: 'string', default: '10000000' },
      hopeless: { type: 'string', default: '10000000' },
    },
  })
  const rowCount = Number(values.rows)
  await using world = await openBadRowsWorld()
  say(`${rowCount} rows with ${FAULT_COUNT} faults of ${PLANTED_FAULTS.length} kinds`)
  await world.plant(rowCount)
  const sound = await digestOfSource(world.source)
  const rows: string[][] = []
  let tolerated: { flow: Ingested; run: Answer } | undefined
  for (const percent of [undefined, 0.001, 1, 100]) {
    const landed = await landPlanted(world, percent)
    const share = (100 * FAULT_COUNT) / rowCount
    const isTolerated = percent !== undefined && share <= percent
    await expectOutcome(world, landed, { rowCount, isTolerated, sound })
    if (isTolerated) tolerated ??= landed
    rows.push([percent === undefined ? 'off' : `${percent} %`, ...figuresOf(landed.run)])
  }
  if (tolerated !== undefined)
    rows.push(['replay', ...figuresOf(await expectReplayed(world, tolerated, rowCount))])
  const count = Number(values.hopeless)
  for (const size of count > 0 ? [Math.ceil(count / 10), count] : [])
    rows.push([`all of ${size} bad`, ...figuresOf(await expectAllBad(world, size))])
  say()
  printTable(
    ['threshold', 'status', 'read', 'written', 'set aside', 'seconds', 'peak RSS'],
    rows.map((row, index) => [...row, world.peaks[index] ?? '']),
  )
  say('\nEvery count, diagnosis and digest was as it must be.')
}

async function landPlanted(world: BadRowsWorld, percent: number | undefined) {
  const options = {
    errorDiagnosticsEnabled: true,
    ...(percent === undefined ? {} : { partialIngestionPercent: percent }),
  }
  const flow = await ingest(world.client, world.connectionId, {
    tableName: 'public.planted',
    fields: PLANTED_FIELDS,
    required: REQUIRED_FIELDS,
    mappings: plantedMappings(),
    options,
  })
  const run = await finishedRun(world.client, flow.flowId, PATIENCE_MS)
  await world.notePeak()
  return { flow, run }
}

async function expectOutcome(
  { client }: BadRowsWorld,
  { flow, run }: { flow: Ingested; run: Answer },
  wanted: { rowCount: number; isTolerated: boolean; sound: readonly string[] },
): Promise<void> {
  const { statusSummary, recordSummary } = run.metrics
  const { rowCount, isTolerated, sound } = wanted
  deepStrictEqual(statusSummary.status, isTolerated ? 'success' : 'failed')
  deepStrictEqual(recordSummary.inputRecordCount, rowCount)
  deepStrictEqual(recordSummary.outputRecordCount, isTolerated ? rowCount - FAULT_COUNT : 0)
  deepStrictEqual(await digestOfLanded(client, flow.datasetId), isTolerated ? sound : ['0', '0'])
  const found = (await rejectedRows(client, batchIdOf(run))).map(
    ({ _source, _errors: [{ field, code, values }] }) => ({
      id: Number(_source.key.id),
      column: field,
      code,
      text: values[0].text,
    }),
  )
  deepStrictEqual(
    found.sort((a, b) => a.id - b.id),
    plantedIds(rowCount).map(({ id, kind }) => {
      const { column, code, text } = PLANTED_FAULTS[kind] as (typeof PLANTED_FAULTS)[number]
      return { id, column: `_headwater.${column}`, code, text }
    }),
  )
}

async function expectReplayed(
  world: BadRowsWorld,
  { flow, run }: { flow: Ingested; run: Answer },
  rowCount: number,
): Promise<Answer> {
  const { client } = world
  await remapFlow(client, flow, plantedMappings({ isMended: true }))
  await changeEntity(client, 'sourceConnections', flow.sourceConnectionId, [
    { op: 'add', path: '/params/valuePolicy', value: MENDED_POLICY },
  ])
  const asked = await Promise.all(
    [1, 2].map(() => client.post(`${FLOW}/runs/${run.id}/action?op=replay`, {})),
  )
  deepStrictEqual(asked.map(({ status }) => status).sort(), [200, 400])
  const replay = await endOfRun(client, asked.find(({ status }) => status === 200)?.body.id, PATIENCE_MS)
  deepStrictEqual(replay.metrics.recordSummary.outputRecordCount, FAULT_COUNT)
  const [count] = await digestOfLanded(client, flow.datasetId)
  deepStrictEqual(count, String(rowCount))
  await world.notePeak()
  return replay
}

async function expectAllBad(world: BadRowsWorld, rowCount: number): Promise<Answer> {
  await world.plantNothingElse(rowCount)
  await world.restart()
  const { client } = world
  const flow = await ingest(client, world.connectionId, {
    tableName: 'public.hopeless',
    fields: PLANTED_FIELDS,
    required: REQUIRED_FIELDS,
    mappings: plantedMappings(),
    options: { partialIngestionPercent: 100 },
  })
  const run = await finishedRun(client, flow.flowId, PATIENCE_MS)
  await world.notePeak()
  const { recordSummary } = run.metrics
  deepStrictEqual([recordSummary.inputRecordCount, recordSummary.failedRecordCount], [rowCount, rowCount])
  let lines = 0
  let characters = 0
  for await (const line of rejectedLines(client, batchIdOf(run))) {
    lines++
    characters += line.length
  }
  deepStrictEqual(lines, rowCount)
  say(`${rowCount} rows, all bad: ${Math.round(characters / 2 ** 20)} MiB of diagnostics`)
  return run
}

function figuresOf({ metrics }: Answer): string[] {
  const { recordSummary: records, durationSummary: took, statusSummary } = metrics
  const seconds = (took.completedAtUTC - took.startedAtUTC) / 1000
  const setAside = statusSummary.extensions.errors?.find(({ code }: Answer) => code === 'INGEST-1212-400')
  return [
    statusSummary.status,
    String(records.inputRecordCount),
    String(records.outputRecordCount),
    String(setAside?.recordCount ?? 0),
    seconds.toFixed(1),
  ]
}
