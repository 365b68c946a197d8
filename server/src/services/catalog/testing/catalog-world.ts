import {
  expectStatus,
  ORG,
  openServiceWorld,
  PROD,
  type ServiceWorld,
  USER,
} from '@headwater/testkit/service-world.ts'
import type { LakeField } from '#columns/column-type.ts'
import type { FindSchema } from '#http/neighbours.ts'
import { completeBatch, createBatch } from '#services/catalog/batch-store.ts'
import { registerCatalog } from '#services/catalog/routes.ts'

export const SCHEMAS = 'https://ns.adobe.com/acme/schemas'
export const BASE = '/data/foundation/catalog'
export const BATCH_ID = '01JAZZZZZZZZZZZZZZZZZZZZZ1'

const findSchema: FindSchema = async ({ sandbox }, id) => {
  const kind = /^https:\/\/ns\.adobe\.com\/acme\/schemas\/(people|union|events|odd)$/.exec(id)?.[1]
  if (kind === undefined || sandbox.name !== 'prod') return undefined
  const properties =
    kind === 'odd'
      ? { amount: { type: 'number', 'meta:lakeType': 'money' } }
      : { _id: { type: 'string' }, person: { type: 'object', properties: { age: { type: 'integer' } } } }
  return {
    ...{ id, version: '1.0', title: kind, classId: 'https://ns.adobe.com/xdm/context/profile' },
    behavior: kind === 'events' ? 'time-series' : 'record',
    full: { type: 'object', properties, ...(kind === 'union' ? { 'meta:immutableTags': ['union'] } : {}) },
  }
}

/** A catalog whose lake only writes down which tables it should make. */
export class CatalogWorld implements AsyncDisposable {
  readonly world: ServiceWorld
  readonly createdTables: { datasetId: string; sandboxName: string; fields: readonly LakeField[] }[]

  /** Keys and prefixes of what was to be removed from the lake. */
  readonly removed: string[]

  private constructor(world: ServiceWorld, createdTables: CatalogWorld['createdTables'], removed: string[]) {
    this.world = world
    this.createdTables = createdTables
    this.removed = removed
  }

  static async open(): Promise<CatalogWorld> {
    const createdTables: CatalogWorld['createdTables'] = []
    const removed: string[] = []
    let nowMs = 1_760_000_000_000
    const world = await openServiceWorld((app, parts) =>
      registerCatalog(app, {
        ...parts,
        now: () => nowMs++,
        findSchema,
        createLakeTable: async (table) => {
          createdTables.push(table)
          const location = `${table.sandboxName}/${table.datasetId}`
          return { location, metadataKey: `${location}/metadata/00000.metadata.json` }
        },
        lake: {
          stageWithdrawal: async ({ metadataKey }, { batchId }) => ({
            metadataKey: `${metadataKey}-${batchId}`,
            expired: [],
          }),
          announce: async () => {},
          remove: async (keys) => void removed.push(...keys),
          removeAll: async (prefix) => void removed.push(prefix),
        },
      }),
    )
    return new CatalogWorld(world, createdTables, removed)
  }

  async empty(): Promise<void> {
    this.createdTables.length = 0
    await this.world.testDatabase.query(
      'truncate dataset, lake_table, batch, target_connection, flow cascade',
    )
  }

  call(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) {
    return this.world.call(method, BASE + path, { body, headers })
  }

  /** Makes a dataset and gives its id. */
  async create(name: string, more: object = {}, schema = 'people'): Promise<string> {
    const answer = await this.call('POST', '/dataSets', {
      name,
      schemaRef: { id: `${SCHEMAS}/${schema}` },
      ...more,
    })
    expectStatus(answer, 201)
    return answer.body[0].slice('@/dataSets/'.length)
  }

  async read(id: string) {
    return (await this.call('GET', `/dataSets/${id}`)).body[id]
  }

  /** Names of the datasets that a query finds, in their order. */
  async names(query: string): Promise<string[]> {
    const answer = await this.call('GET', `/dataSets?${query}`)
    expectStatus(answer, 200)
    return Object.values(answer.body as Record<string, { name: string }>).map(({ name }) => name)
  }

  async startBatch(datasetId: string, id = BATCH_ID): Promise<void> {
    const runId = 'a1b2c3d4-0000-4000-8000-0000000000ff'
    const who = { orgId: ORG, sandboxId: PROD, clientId: 'client', userId: USER }
    const batch = { id, datasetId, runId, flowId: 'flow-1', ...who, nowMs: 1_760_000_000_500 }
    await this.world.db.transaction().execute((tx) => createBatch(tx, batch))
  }

  /** Ends a batch with two files of 30 rows together, unless told otherwise. */
  async endBatch(id: string, result: Partial<Parameters<typeof completeBatch>[2]>): Promise<void> {
    const metrics = { outputRecordCount: 30, failedRecordCount: 2 }
    const files = [
      { key: 'prod/d/data/a.parquet', rowCount: 10, sizeBytes: 1_000 },
      { key: 'prod/d/data/b.parquet', rowCount: 20, sizeBytes: 2_000 },
    ]
    const whole = {
      status: 'success',
      metrics,
      files,
      errors: [],
      nowMs: 1_760_000_009_000,
      ...result,
    } as const
    await this.world.db.transaction().execute((tx) => completeBatch(tx, id, whole))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]()
  }
}
