import { expect } from 'vitest'
import type { Answer, ApiClient } from './api-client.ts'
import { CATALOG, FLOW, finishedRun, type Ingested, ingest, queryRows } from './journey.ts'

/** A flow for a relation of `id` and `label`, as gated relations have them. Returns when the flow exists. */
export function ingestItems(client: ApiClient, connectionId: string, tableName: string): Promise<Ingested> {
  const mappings = ['id', 'label'].map((column) => ({
    sourceType: 'ATTRIBUTE',
    source: column,
    destination: `_headwater.${column}`,
  }))
  return ingest(client, connectionId, {
    tableName,
    fields: { id: { type: 'integer' }, label: { type: 'string' } },
    mappings,
  })
}

/** All runs of a flow. */
export async function runsOf(client: ApiClient, { flowId }: Ingested): Promise<Answer[]> {
  const path = `${FLOW}/runs?property=${encodeURIComponent(`flowId==${flowId}`)}`
  return (await client.get(path)).body.items
}

/** Fails unless the dataset holds each row once, by one batch of one run that succeeded. Returns the run. */
export async function expectLandedOnce(
  client: ApiClient,
  flow: Ingested,
  { rows, patienceMs }: { readonly rows: number; readonly patienceMs?: number | undefined },
): Promise<Answer> {
  const run = await finishedRun(client, flow.flowId, patienceMs)
  expect(run.metrics.statusSummary.status, JSON.stringify(run.metrics.statusSummary)).toBe('success')
  expect(run.metrics.recordSummary.outputRecordCount).toBe(rows)
  expect(await runsOf(client, flow)).toHaveLength(1)
  const [counts] = await queryRows(
    client,
    `select count(*)::integer, count(distinct _headwater.id)::integer from "${flow.datasetId}"`,
  )
  expect(counts).toEqual([rows, rows])
  const batches = await client.get(`${CATALOG}/batches?dataSet=${flow.datasetId}`)
  expect(Object.values(batches.body as Record<string, Answer>).map(({ status }) => status)).toEqual([
    'success',
  ])
  return run
}
