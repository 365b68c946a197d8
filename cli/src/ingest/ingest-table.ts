import type { HeadwaterClient } from '@headwater/client/client.ts'
import { orderTable } from '@headwater/client/order-table.ts'
import { hasEnded } from '@headwater/client/resources/runs.ts'
import type { Flow } from '@headwater/contract/flow-service/flows.ts'
import type { Run } from '@headwater/contract/flow-service/runs.ts'
import { ToldError } from '../told-error.ts'

/** What is wanted of a table. */
export interface IngestOrder {
  readonly connectionId: string
  readonly tableName: string
  /** Of the flow: the same source, table and lake have the same. */
  readonly name: string
  readonly columns?: readonly string[] | undefined
  readonly where?: string | undefined
  readonly watermark?: string | undefined
  /** Brings everything once more, whatever has landed already. */
  readonly again: boolean
}

/**
 * The run that brings a table: the one that was cut short, if there is one, or else a new one.
 * @throws ToldError when the table has landed already and nothing says what is wanted of it now
 */
export async function startIngest(client: HeadwaterClient, order: IngestOrder): Promise<Run> {
  const [flow] = await Array.fromAsync(
    client.flows.all({ property: [`name==${order.name}`] }) as AsyncIterable<Flow>,
  )
  if (flow === undefined) return firstRun(client, (await orderTable(client, order)).flowId)
  const last = await lastRun(client, flow.id)
  if (last !== undefined && !hasEnded(last)) return last
  if (last?.metrics.statusSummary.status === 'success') assertWanted(order, flow, last)
  const params = order.watermark === undefined ? {} : { deltaColumn: { name: order.watermark } }
  const { id } = await client.runs.create({ flowId: flow.id, params })
  return client.runs.get(id)
}

/** The flow makes its run a moment after it was made. */
async function firstRun(client: HeadwaterClient, flowId: string): Promise<Run> {
  for (;;) {
    const run = await lastRun(client, flowId)
    if (run !== undefined) return run
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function lastRun(client: HeadwaterClient, flowId: string): Promise<Run | undefined> {
  const { items } = await client.runs.list({
    property: [`flowId==${flowId}`],
    orderby: '-createdAt',
    limit: 1,
  })
  return items[0] as Run | undefined
}

function assertWanted({ tableName, watermark, again }: IngestOrder, flow: Flow, last: Run): void {
  const isIncremental = flow.transformations?.some(({ name }) => name === 'Copy') ?? false
  if (again || isIncremental || watermark !== undefined) return
  const rows = last.metrics.recordSummary?.outputRecordCount?.toLocaleString('en') ?? 'Its'
  throw new ToldError(
    `${tableName} is in this lake already: ${rows} rows. Bring what is new with --incremental <column>, or ` +
      'everything once more, beside what is there, with --again.',
  )
}
