import type { ApiClient } from '@headwater/testkit/api-client.ts'
import { queryRows } from '@headwater/testkit/journey.ts'
import { landedDigestSql } from '@headwater/testkit/planted-faults.ts'

/** Statements are stopped after half a minute, so that the rows are digested in parts. */
const PARTS = 16

/** Number of rows and digest of a dataset, as `digestOfSource` gives those of the source. */
export async function digestOfLanded(client: ApiClient, datasetId: string): Promise<readonly string[]> {
  let [count, digest] = [0n, 0n]
  for (let part = 0; part < PARTS; part++) {
    const [row] = await queryRows(
      client,
      landedDigestSql(datasetId, `_headwater.serial % ${PARTS} = ${part}`),
    )
    count += BigInt(row?.[0] ?? 0)
    digest += BigInt(row?.[1] ?? 0)
  }
  return [String(count), String(digest)]
}
