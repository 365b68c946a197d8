import type { Answer, ApiClient } from './api-client.ts'
import {
  CONVERSION,
  CRM_FLOW_SPEC,
  createDataset,
  expectId,
  FLOW,
  FULL,
  finishedRun,
  LAKE_SPEC,
  POSTGRES_SPEC,
  REGISTRY,
} from './journey.ts'

export interface TableJourney {
  readonly tableName: string
  /** Further members of `params` of the source connection. */
  readonly params?: Answer
  readonly options?: Answer
  /** How long the run may take. */
  readonly patienceMs?: number | undefined
}

export interface LandedTable {
  readonly flowId: string
  readonly datasetId: string
  readonly schemaId: string
  readonly sourceConnectionId: string
  readonly mappingId: string
  readonly run: Answer
}

let counter = 0

/** Lands a table by the schema and the mapping set that the registry makes of it in one call. */
export async function landTable(
  client: ApiClient,
  connectionId: string,
  { tableName, params, options, patienceMs }: TableJourney,
): Promise<LandedTable> {
  const title = `${tableName} ${process.pid} ${++counter}`
  const body = { baseConnectionId: connectionId, tableName, title }
  const made = await client.post(`${REGISTRY}/rpc/tableschema`, body)
  if (made.status !== 201) throw new Error(`no schema of ${tableName}: ${JSON.stringify(made.body)}`)
  const schemaId = made.body.schema.$id
  const datasetId = await createDataset(client, schemaId)
  const sourceConnectionId = expectId(
    await client.post(`${FLOW}/sourceConnections`, {
      name: title,
      baseConnectionId: connectionId,
      params: { tableName, ...params },
      connectionSpec: POSTGRES_SPEC,
    }),
  )
  const targetConnectionId = expectId(
    await client.post(`${FLOW}/targetConnections`, {
      name: title,
      data: { schema: { id: schemaId, version: FULL } },
      params: { dataSetId: datasetId },
      connectionSpec: LAKE_SPEC,
    }),
  )
  const mappingId = expectId(await client.post(`${CONVERSION}/mappingSets`, made.body.mappingSet))
  const flowId = expectId(
    await client.post(`${FLOW}/flows`, {
      name: title,
      flowSpec: CRM_FLOW_SPEC,
      sourceConnectionIds: [sourceConnectionId],
      targetConnectionIds: [targetConnectionId],
      transformations: [{ name: 'Mapping', params: { mappingId, mappingVersion: 0 } }],
      scheduleParams: { startTime: String(Math.floor(Date.now() / 1000)), frequency: 'once' },
      ...(options === undefined ? {} : { options }),
    }),
  )
  const run = await finishedRun(client, flowId, patienceMs)
  return { flowId, datasetId, schemaId, sourceConnectionId, mappingId, run }
}
