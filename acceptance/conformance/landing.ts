import type { Answer } from '@headwater/testkit/api-client.ts'
import { FULL, queryRows } from '@headwater/testkit/journey.ts'
import type { World } from './world.ts'

/** What a flow is to bring into a dataset of its own. */
export interface Wanted {
  readonly tableName: string
  /** Go to the fields of their names; default `id` and `note`. */
  readonly columns?: readonly string[] | undefined
  /** Without one every run copies everything. */
  readonly deltaColumn?: Answer
  readonly filters?: Answer
  readonly options?: Answer
  /** Default a run in the far future: nothing is copied unless it is asked for. */
  readonly scheduleParams?: Answer
}

/** A flow with a source connection, a target connection and a dataset that no other flow has. */
export interface Landing {
  readonly flowId: string
  readonly datasetId: string
  readonly sourceConnectionId: string
  readonly targetConnectionId: string
}

const COLUMNS = ['id', 'note']

export async function makeLanding(world: World, wanted: Wanted): Promise<Landing> {
  return (await prepareLanding(world, wanted)).start()
}

/** A flow that has all but itself: what is left to do takes hardly any time. */
export interface PreparedLanding {
  /** Makes the flow, by this schedule if one is given. */
  start(scheduleParams?: Answer): Promise<Landing>
}

/** Makes everything that a flow points to. */
export async function prepareLanding(world: World, wanted: Wanted): Promise<PreparedLanding> {
  const { schemaId } = await world.ready()
  const { tableName, filters, deltaColumn, columns = COLUMNS, ...flow } = wanted
  const [source, datasetId, mappingId] = await Promise.all([
    world.makeSource({ params: filters === undefined ? { tableName } : { tableName, filters } }),
    world.makeDataset(schemaId),
    world.makeMapping(schemaId, columns.map(toFieldOfItsName)),
  ])
  const target = await world.makeTarget({
    data: { schema: { id: schemaId, version: FULL } },
    params: { dataSetId: datasetId },
  })
  const copy = deltaColumn === undefined ? [] : [{ name: 'Copy', params: { deltaColumn } }]
  const body = await world.flowBody({
    sourceConnectionIds: [source.id],
    targetConnectionIds: [target.id],
    transformations: [...copy, { name: 'Mapping', params: { mappingId, mappingVersion: 0 } }],
    ...flow,
  })
  return {
    async start(scheduleParams = body.scheduleParams) {
      const { id: flowId } = await world.make('/flows', { ...body, scheduleParams })
      return { flowId, datasetId, sourceConnectionId: source.id, targetConnectionId: target.id }
    },
  }
}

function toFieldOfItsName(column: string): Answer {
  return { sourceType: 'ATTRIBUTE', source: column, destination: `_headwater.${column}` }
}

/** Ids of the rows that have landed, each as often as it has. */
export async function landedIds(world: World, { datasetId }: Landing): Promise<number[]> {
  const rows = await queryRows(world.server.client, `select _headwater.id from "${datasetId}" order by 1`)
  return rows.map(([id]) => id)
}
