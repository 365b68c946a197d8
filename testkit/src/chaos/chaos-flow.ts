import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiClient } from '../api-client.ts'
import { FLOW, type Ingested, ingest } from '../journey.ts'
import { type ChaosTable, createTableSql, insertRowsSql, type Queryable } from './chaos-table.ts'

/** A flow, its table and the runs that it was asked for. */
export interface ChaosFlow extends Ingested {
  readonly table: ChaosTable
}

export interface FlowScene {
  readonly source: Queryable
  readonly client: ApiClient
  readonly connectionId: string
}

/** Makes a table and a flow that copies it. */
export async function addFlow(scene: FlowScene, table: ChaosTable, rowCount: number): Promise<ChaosFlow> {
  await scene.source.query(createTableSql(table))
  await scene.source.query(insertRowsSql(table, 1, rowCount))
  const fields = {
    id: { type: 'integer' },
    label: { type: 'string' },
    amount: { type: 'number', 'meta:lakeType': 'decimal(12,2)' },
    note: { type: 'string' },
  }
  const mappings = Object.keys(fields).map((column) => ({
    sourceType: 'ATTRIBUTE',
    source: column,
    destination: `_headwater.${column}`,
  }))
  const ingested = await ingest(scene.client, scene.connectionId, {
    tableName: `public.${table.name}`,
    fields,
    mappings,
    ...(table.mode === 'full' ? {} : { copy: { deltaColumn: { name: 'updated_at' } } }),
  })
  return { ...ingested, table }
}

/** Asks for a run, of any server, until one answers: as often as a client would. */
export async function askForRun(client: () => ApiClient, flowId: string, patienceMs = 60_000): Promise<void> {
  for (const deadline = Date.now() + patienceMs; ; await sleep(200)) {
    const answer = await tryToAsk(client, flowId)
    if (answer === 201) return
    if (Date.now() > deadline) throw new Error(`no server takes a run: the last answer was ${answer}`)
  }
}

async function tryToAsk(client: () => ApiClient, flowId: string): Promise<number | string> {
  try {
    const { baseUrl, token, credentials } = client()
    const answer = await fetch(`${baseUrl}${FLOW}/runs`, {
      method: 'POST',
      signal: AbortSignal.timeout(5_000),
      headers: {
        authorization: `Bearer ${token}`,
        'x-api-key': credentials.client_id,
        'x-gw-ims-org-id': credentials.ims_org,
        'x-sandbox-name': 'prod',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ flowId }),
    })
    await answer.body?.cancel()
    return answer.status
  } catch (error) {
    return String(error)
  }
}
