import type { TableSchema } from '@headwater/contract/table-schema.ts'
import type { HeadwaterClient } from './client.ts'
import { HeadwaterError } from './error.ts'

/** PostgreSQL as a source, and the data lake, in the catalogue of connection specs. */
export const POSTGRES_SPEC = { id: '74a1c565-4e59-48d7-9d67-7c03b8a13137', version: '1.0' } as const
export const LAKE_SPEC = { id: 'c604ff05-7f1a-43c0-8e18-33bf874cb11c', version: '1.0' } as const

const CRM_FLOW_SPEC = { id: '14518937-270c-4525-bdec-c2ba7cce3860', version: '1.0' }
const FULL = 'application/vnd.adobe.xed-full+json;version=1'

/** A table that is to be brought into a dataset of its own, as it is. */
export interface TableOrder {
  readonly connectionId: string
  /** As explore lists it. */
  readonly tableName: string
  /** Of flow, schema and dataset. */
  readonly name: string
  /** All that can be read when absent. */
  readonly columns?: readonly string[] | undefined
  /** In Profile Query Language. */
  readonly where?: string | undefined
  /** The column that tells new rows; without it every run brings everything. */
  readonly watermark?: string | undefined
  readonly description?: string | undefined
  /** Rows that cannot land are set aside up to this share; none when absent. */
  readonly errorPercent?: number | undefined
  /** `once` and now when absent. */
  readonly schedule?: Schedule | undefined
}

/** How often, in units of `frequency`. */
export type Schedule =
  | { readonly frequency: 'minute'; readonly interval: number }
  | { readonly frequency: 'hour' | 'day' | 'week'; readonly interval: number }

export interface OrderedTable {
  readonly flowId: string
  readonly datasetId: string
}

/**
 * Schema, dataset, mapping, source, target and flow; the flow's run starts with it. What was made for a flow that is
 * refused goes again, but for the schema, which the next attempt finds.
 *
 * @throws HeadwaterError of the step that was refused
 */
export async function orderTable(client: HeadwaterClient, order: TableOrder): Promise<OrderedTable> {
  const undo: (() => Promise<unknown>)[] = []
  try {
    return await makeFlow(client, order, undo)
  } catch (error) {
    for (const each of undo.toReversed()) await each().catch(() => {})
    throw error
  }
}

async function makeFlow(
  client: HeadwaterClient,
  order: TableOrder,
  undo: (() => Promise<unknown>)[],
): Promise<OrderedTable> {
  const { connectionId: baseConnectionId, tableName, name } = order
  const made = await makeSchema(client, order)
  const schemaRef = { id: String(made.schema['$id']), contentType: FULL }
  const { id: sourceId } = await client.sourceConnections.create({
    ...{ name, baseConnectionId, connectionSpec: POSTGRES_SPEC },
    params: { tableName, ...filterOf(order), ...columnsOf(order) },
  })
  undo.push(() => client.sourceConnections.delete(sourceId))
  const datasetId = await client.datasets.create({ name, schemaRef })
  undo.push(() => client.datasets.delete(datasetId, { force: true }))
  const { id: mappingId } = await client.mappingSets.create(made.mappingSet)
  const { id: targetId } = await client.targetConnections.create({
    ...{ name, connectionSpec: LAKE_SPEC },
    data: { schema: { id: schemaRef.id, version: FULL } },
    params: { dataSetId: datasetId },
  })
  undo.push(() => client.targetConnections.delete(targetId))
  const { id: flowId } = await client.flows.create({
    name,
    ...(order.description === undefined ? {} : { description: order.description }),
    flowSpec: CRM_FLOW_SPEC,
    sourceConnectionIds: [sourceId],
    targetConnectionIds: [targetId],
    transformations: [
      ...watermarkOf(order),
      { name: 'Mapping' as const, params: { mappingId, mappingVersion: 0 } },
    ],
    ...optionsOf(order),
    scheduleParams: {
      startTime: String(Math.floor(Date.now() / 1000)),
      ...(order.schedule ?? { frequency: 'once' as const }),
    },
  })
  return { flowId, datasetId }
}

const TITLE_TAKEN = 'XDM-1521-400'
const MAX_TITLES = 100

/** A schema of the table; a title that another one has gets a number. */
async function makeSchema(
  client: HeadwaterClient,
  { connectionId: baseConnectionId, tableName, name, columns }: TableOrder,
): Promise<TableSchema> {
  for (let count = 1; ; count++) {
    const title = count === 1 ? name : `${name} ${count}`
    try {
      const chosen = columns === undefined ? {} : { columns: [...columns] }
      return await client.registry.createTableSchema({ baseConnectionId, tableName, title, ...chosen })
    } catch (error) {
      const isTaken = error instanceof HeadwaterError && error.code === TITLE_TAKEN
      if (!isTaken || count === MAX_TITLES) throw error
    }
  }
}

function filterOf({ where }: TableOrder) {
  return where === undefined
    ? {}
    : { filters: { type: 'PQL' as const, format: 'pql/text' as const, value: where } }
}

function optionsOf({ errorPercent }: TableOrder) {
  return errorPercent === undefined
    ? {}
    : { options: { errorDiagnosticsEnabled: true, partialIngestionPercent: errorPercent } }
}

function columnsOf({ columns }: TableOrder) {
  return columns === undefined ? {} : { columns: columns.map((name) => ({ name })) }
}

function watermarkOf({ watermark }: TableOrder) {
  return watermark === undefined
    ? []
    : [{ name: 'Copy' as const, params: { deltaColumn: { name: watermark } } }]
}
