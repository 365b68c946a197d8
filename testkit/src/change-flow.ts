import type { Answer, ApiClient } from './api-client.ts'
import { CONVERSION, FLOW, type Ingested } from './journey.ts'

/** Changes a flow or a connection as it is now. */
export async function changeEntity(
  client: ApiClient,
  kind: 'flows' | 'sourceConnections',
  id: string,
  operations: readonly Answer[],
): Promise<void> {
  const [{ etag }] = (await client.get(`${FLOW}/${kind}/${id}`)).body.items
  const { status, body } = await client.call('PATCH', `${FLOW}/${kind}/${id}`, {
    body: operations,
    headers: { 'if-match': etag, 'content-type': 'application/json' },
  })
  if (status !== 200) throw new Error(`${kind} ${id} is not changed: ${JSON.stringify(body)}`)
}

/** A new version of the flow's mapping set, and the flow pointed to it. */
export async function remapFlow(
  client: ApiClient,
  flow: Pick<Ingested, 'flowId' | 'mappingId'>,
  mappings: readonly Answer[],
): Promise<void> {
  const path = `${CONVERSION}/mappingSets/${flow.mappingId}`
  const { body: set } = await client.get(path)
  const { status, body } = await client.call('PUT', path, { body: { ...set, mappings } })
  if (status !== 200) throw new Error(`no new mapping set: ${JSON.stringify(body)}`)
  await changeEntity(client, 'flows', flow.flowId, [
    { op: 'replace', path: '/transformations/0/params/mappingVersion', value: body.version },
  ])
}
