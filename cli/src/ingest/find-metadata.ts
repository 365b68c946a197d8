import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HeadwaterClient } from '@headwater/client/client.ts'
import type { Run } from '@headwater/contract/flow-service/runs.ts'

/** Of a lake in a folder, the newest metadata of the table that a run landed in, with which any engine can read it. */
export async function findMetadata(
  client: HeadwaterClient,
  lake: string,
  { flowId, sandboxName }: Run,
): Promise<string | undefined> {
  const flow = await client.flows.get(flowId)
  const target = await client.targetConnections.get(flow.targetConnectionIds[0] ?? '')
  const datasetId = target.params?.['dataSetId']
  const folder = join(lake, sandboxName ?? 'prod', String(datasetId), 'metadata')
  try {
    const version = (await readFile(join(folder, 'version-hint.text'), 'utf8')).trim()
    return join(folder, `v${version}.metadata.json`)
  } catch {
    // Nothing has landed yet.
    return undefined
  }
}
