import { ORG, PROD, SCOPE, USER } from '@headwater/testkit/service-world.ts'
import type { TestDatabase } from '@headwater/testkit/test-database.ts'
import type { FindMappingSet, FindSchema, MappingSetEntry } from '#http/neighbours.ts'
import { newDatasetId, newHexId, newUuid } from '#kit/ids.ts'
import type { JsonObject } from '#kit/json.ts'
import { createTable } from '#lake/iceberg/table.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import type { Keyring } from '#secrets/keyring.ts'
import { newDatasetDocument } from '#services/catalog/dataset-document.ts'
import { insertDataset } from '#services/catalog/dataset-store.ts'
import { sealAuth } from '#services/flow-service/connections/connection-store.ts'
import { type Database, transact } from '#store/database.ts'
import { evolveLakeFields } from '#typemap/xdm-types.ts'

/** A flow as a test wants it. */
export interface WantedFlow {
  /** `schema.name` in the source. */
  readonly relation: string
  /** Properties of the schema. Each column goes to the property of its name, unless there are `entries`. */
  readonly properties: JsonObject
  readonly required?: readonly string[] | undefined
  readonly entries?: readonly MappingSetEntry[] | undefined
  readonly deltaColumn?: string | undefined
  readonly filters?: JsonObject | undefined
  readonly options?: JsonObject | undefined
  /** Into the dataset of another flow. */
  readonly into?: SeededFlow | undefined
  /** Parameters of the connection that differ from those of the source. */
  readonly connection?: JsonObject | undefined
}

export interface SeededFlow {
  readonly id: string
  readonly connectionId: string
  readonly sourceConnectionId: string
  readonly targetConnectionId: string
  readonly datasetId: string
  readonly schemaId: string
}

export interface SeederDependencies {
  readonly db: Database
  readonly storage: LakeStorage
  readonly keyring: Keyring
  readonly source: TestDatabase
}

/** Puts flows with all they need into the metadata database, and answers for the neighbours of the runs. */
export class FlowSeeder {
  readonly #deps: SeederDependencies
  readonly #schemas = new Map<string, JsonObject>()
  readonly #mappings = new Map<string, readonly MappingSetEntry[]>()

  constructor(deps: SeederDependencies) {
    this.#deps = deps
  }

  readonly findSchema: FindSchema = async (_scope, id) => {
    const full = this.#schemas.get(id)
    return full && { id, version: '1.0', title: id, classId: 'class', behavior: 'record', full }
  }

  readonly findMappingSet: FindMappingSet = async (_scope, id) => {
    const entries = this.#mappings.get(id)
    return entries && { id, version: 0, newestVersion: 0, schemaId: '', schemaContentType: '', entries }
  }

  setSchema(id: string, properties: JsonObject, required: readonly string[] = []): void {
    this.#schemas.set(id, { type: 'object', properties, required: [...required] })
  }

  async seedSandbox(): Promise<void> {
    const { db } = this.#deps
    await db.insertInto('org').values({ id: ORG, tenant_id: 'acme', created_at: 1 }).execute()
    await db
      .insertInto('sandbox')
      .values({
        id: PROD,
        org_id: ORG,
        name: 'prod',
        title: 'prod',
        type: 'production',
        state: 'active',
        region: 'local',
        is_default: true,
        created_at: 1,
        updated_at: 1,
        created_by: USER,
        updated_by: USER,
      })
      .execute()
  }

  async addFlow(wanted: WantedFlow): Promise<SeededFlow> {
    const target = wanted.into ?? (await this.#addDataset(wanted))
    const flow: SeededFlow = {
      id: newUuid(),
      connectionId: newUuid(),
      sourceConnectionId: newUuid(),
      targetConnectionId: newUuid(),
      datasetId: target.datasetId,
      schemaId: target.schemaId,
    }
    await this.#addConnections(flow, wanted)
    const transformations = [
      ...(wanted.deltaColumn === undefined
        ? []
        : [{ name: 'Copy', params: { deltaColumn: { name: wanted.deltaColumn } } }]),
      ...(wanted.entries === undefined
        ? []
        : [{ name: 'Mapping', params: { mappingId: this.#addMapping(wanted.entries) } }]),
    ]
    await this.#insert('flow', flow.id, {
      flow_spec_id: newUuid(),
      source_connection_id: flow.sourceConnectionId,
      target_connection_id: flow.targetConnectionId,
      document: {
        id: flow.id,
        transformations,
        options: wanted.options ?? {},
        scheduleParams: { startTime: 1, frequency: 'once' },
        sandboxId: PROD,
        sandboxName: 'prod',
        imsOrgId: ORG,
      },
    })
    return flow
  }

  #addMapping(entries: readonly MappingSetEntry[]): string {
    const id = newHexId(32)
    this.#mappings.set(id, entries)
    return id
  }

  async #addDataset({
    properties,
    required,
  }: WantedFlow): Promise<Pick<SeededFlow, 'datasetId' | 'schemaId'>> {
    const [id, schemaId] = [newDatasetId(Date.now()), newHexId(48)]
    this.setSchema(schemaId, properties, required)
    const full = this.#schemas.get(schemaId) ?? {}
    const { fields, lastId: lastColumnId } = evolveLakeFields([], 0, full)
    const location = `prod/${id}`
    const { metadataKey } = await createTable(this.#deps.storage, { location, fields, nowMs: Date.now() })
    const schema = {
      id: schemaId,
      version: '1.0',
      title: 't',
      classId: 'c',
      behavior: 'record',
      full,
    } as const
    const input = {
      name: id,
      schemaRef: { id: schemaId, contentType: 'x' },
      tags: {},
      tableName: id,
      rest: {},
    }
    const document = newDatasetDocument({
      id,
      viewId: id,
      input,
      tableName: id,
      schema,
      location,
      scope: SCOPE,
      nowMs: 1,
    })
    await transact(this.#deps.db, (tx) =>
      insertDataset(tx, {
        dataset: { id, version: 0, schemaId, tableName: id, document },
        scope: SCOPE,
        nowMs: 1,
        table: { location, metadataKey, lastColumnId },
      }),
    )
    return { datasetId: id, schemaId }
  }

  async #addConnections(flow: SeededFlow, wanted: WantedFlow): Promise<void> {
    const { source, keyring } = this.#deps
    const params = {
      server: source.host,
      port: String(source.port),
      database: source.database,
      username: source.user,
      password: source.password,
      sslMode: 'Disable',
      ...wanted.connection,
    }
    const auth = { specName: 'Basic Authentication', params }
    await this.#insert('connection', flow.connectionId, {
      spec_id: newUuid(),
      auth_params: sealAuth(keyring, flow.connectionId, auth),
      document: { auth: { specName: auth.specName } },
    })
    const filters = wanted.filters === undefined ? {} : { filters: wanted.filters }
    await this.#insert('source_connection', flow.sourceConnectionId, {
      spec_id: newUuid(),
      connection_id: flow.connectionId,
      document: { params: { tableName: wanted.relation, ...filters } },
    })
    await this.#insert('target_connection', flow.targetConnectionId, {
      spec_id: newUuid(),
      dataset_id: flow.datasetId,
      document: {},
    })
  }

  async #insert(
    table: 'connection' | 'source_connection' | 'target_connection' | 'flow',
    id: string,
    { document, ...columns }: { readonly document: JsonObject; readonly [column: string]: unknown },
  ): Promise<void> {
    const common = {
      id,
      org_id: ORG,
      sandbox_id: PROD,
      name: id,
      state: 'enabled',
      etag: 'e',
      created_at: 1,
      updated_at: 1,
    }
    const row = { ...common, ...columns, document: JSON.stringify(document) }
    await this.#deps.db
      .insertInto(table)
      .values(row as never)
      .execute()
  }
}
