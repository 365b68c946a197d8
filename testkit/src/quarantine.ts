import type { Answer, ApiClient } from './api-client.ts'

const EXPORT = '/data/foundation/export'

/** The batch of a run that was planned. */
export function batchIdOf(run: Answer): string {
  return run.activities.at(-1).targetInfo[0].reference.ids[0]
}

/** The rows that a batch set aside, through the links that lead to them. */
export async function rejectedRows(client: ApiClient, batchId: string): Promise<Answer[]> {
  const rows: Answer[] = []
  for await (const line of rejectedLines(client, batchId)) rows.push(JSON.parse(line))
  return rows
}

/** The same as texts, one after the other. */
export async function* rejectedLines(client: ApiClient, batchId: string): AsyncGenerator<string> {
  const listing = await client.get(`${EXPORT}/batches/${batchId}/meta?path=row_errors`)
  if (listing.status !== 200) throw new Error(`no rows of ${batchId}: ${JSON.stringify(listing.body)}`)
  for (const { _links } of listing.body.data) {
    const { pathname, search } = new URL(_links.self.href)
    const response = await fetch(client.baseUrl + pathname + search, { headers: headersOf(client) })
    if (response.status !== 200 || response.body === null) throw new Error(`${pathname}: ${response.status}`)
    let rest = ''
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  }
}

function headersOf(client: ApiClient): Record<string, string> {
  return {
    authorization: `Bearer ${client.token}`,
    'x-api-key': client.credentials.client_id,
    'x-gw-ims-org-id': client.credentials.ims_org,
    'x-sandbox-name': 'prod',
  }
}
