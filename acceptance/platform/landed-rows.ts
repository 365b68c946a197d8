import type { Answer } from '@headwater/testkit/api-client.ts'
import { CATALOG, CONVERSION, FULL, finishedRun } from '@headwater/testkit/journey.ts'
import { FlowClient } from '../conformance/flow-client.ts'
import type { World } from '../conformance/world.ts'
import { witnessPlatform } from './references.ts'

/** What is to be landed, and by which mapping. */
export interface ToLand {
  readonly tableName: string
  readonly schemaId: string
  readonly mappings: readonly Answer[]
  readonly options?: Answer
  /** Default a new one. */
  readonly datasetId?: string | undefined
}

export interface Landed {
  readonly run: Answer
  readonly datasetId: string
  readonly batchId: string
  /** As the preview of the dataset shows them, nested; in the order of their `id`. */
  readonly rows: readonly Answer[]
}

/** A client whose answers are held against the platform's documents. */
export function platformClient(world: World): FlowClient {
  return new FlowClient(world.server.client, witnessPlatform)
}

/** Lands a table of the world's source in a dataset and waits for the run. */
export async function landRows(world: World, wanted: ToLand): Promise<Landed> {
  const { tableName, schemaId, mappings, options, datasetId: known } = wanted
  const [source, datasetId, mappingId] = await Promise.all([
    world.makeSource({ params: { tableName } }),
    known ?? world.makeDataset(schemaId),
    world.makeMapping(schemaId, mappings),
  ])
  const target = await world.makeTarget({
    data: { schema: { id: schemaId, version: FULL } },
    params: { dataSetId: datasetId },
  })
  const flow = await world.makeFlow({
    sourceConnectionIds: [source.id],
    targetConnectionIds: [target.id],
    transformations: [{ name: 'Mapping', params: { mappingId, mappingVersion: 0 } }],
    scheduleParams: { startTime: String(Math.floor(Date.now() / 1000)), frequency: 'once' },
    ...(options === undefined ? {} : { options }),
  })
  const run = await finishedRun(world.server.client, flow.id)
  const rows = await datasetRows(world, datasetId)
  return { run, datasetId, batchId: await newestBatch(world, datasetId), rows }
}

/** The rows of a dataset, in the order of their `_headwater.id`. */
export async function datasetRows(world: World, datasetId: string): Promise<Answer[]> {
  const { body } = await platformClient(world).get(`/data/foundation/export/datasets/${datasetId}/preview`)
  return body.data.toSorted((a: Answer, b: Answer) => a._headwater?.id - b._headwater?.id)
}

async function newestBatch(world: World, datasetId: string): Promise<string> {
  const { body } = await world.server.client.get(
    `${CATALOG}/batches?dataSet=${datasetId}&orderBy=desc:created&limit=1`,
  )
  return Object.keys(body)[0] ?? ''
}

/** What the preview of a mapping set makes of rows. */
export async function previewRows(
  world: World,
  { schemaId, mappings }: Pick<ToLand, 'schemaId' | 'mappings'>,
  data: readonly Answer[],
): Promise<{ readonly data: Answer; readonly errors: readonly Answer[] | null }[]> {
  const { status, body, text } = await platformClient(world).post(`${CONVERSION}/mappingSets/preview`, {
    data,
    mappingSet: { outputSchema: { schemaRef: { id: schemaId, contentType: FULL } }, mappings },
  })
  if (status !== 200) throw new Error(`no preview: ${status} ${text}`)
  return body
}

/** Mappings to fields below the tenant's namespace: `[source, destination]` or, for expressions, `['=…', destination]`. */
export function mappingsOf(...pairs: readonly (readonly [source: string, destination: string])[]): Answer[] {
  return pairs.map(([source, destination]) => ({
    sourceType: source.startsWith('=') ? 'EXPRESSION' : 'ATTRIBUTE',
    source: source.replace(/^=/, ''),
    destination: destination.startsWith('/') ? destination.slice(1) : `_headwater.${destination}`,
  }))
}

/** Codes of what a run says of its rows, with the counts. */
export function issuesOf(run: Answer): Record<string, number> {
  const { extensions = {} } = run.metrics.statusSummary
  const errors: Answer[] = extensions.errors ?? []
  return Object.fromEntries(errors.map(({ code, recordCount }) => [code, recordCount]))
}
