import type {
  Descriptor,
  DescriptorBody,
  RegistryStats,
  ResourceListQuery,
  SampleRecord,
} from '@headwater/contract/schema-registry.ts'
import type { TableSchema, TableSchemaBody } from '@headwater/contract/table-schema.ts'
import type { CallOptions, Query, Transport } from '../transport.ts'
import { segment } from './collection.ts'
import { REGISTRY, ReadOnlyResources, RegistryResources } from './registry-resources.ts'

/** The Schema Registry: what records look like. */
export class Registry {
  readonly schemas: RegistryResources
  readonly classes: RegistryResources
  readonly fieldGroups: RegistryResources
  readonly dataTypes: RegistryResources
  readonly behaviors: ReadOnlyResources
  /** Of the schemas of one class; they make themselves. */
  readonly unions: ReadOnlyResources
  readonly descriptors: Descriptors
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
    this.schemas = new RegistryResources(transport, 'schemas')
    this.classes = new RegistryResources(transport, 'classes')
    this.fieldGroups = new RegistryResources(transport, 'fieldgroups')
    this.dataTypes = new RegistryResources(transport, 'datatypes')
    this.behaviors = new ReadOnlyResources(transport, 'behaviors')
    this.unions = new ReadOnlyResources(transport, 'unions')
    this.descriptors = new Descriptors(transport)
  }

  /** A record as a resource describes it, by its `$id` or `meta:altId`. */
  async sample(id: string, options: CallOptions = {}): Promise<SampleRecord> {
    const call = { ...options, method: 'GET', path: `${REGISTRY}/rpc/sampledata/${segment(id)}` } as const
    return (await this.#transport.call(call)) as SampleRecord
  }

  /** Makes the ad-hoc schema of a table of a source, or brings it up to the table. */
  async createTableSchema(body: TableSchemaBody, options: CallOptions = {}): Promise<TableSchema> {
    const call = { ...options, method: 'POST', path: `${REGISTRY}/rpc/tableschema`, body } as const
    return (await this.#transport.call(call)) as TableSchema
  }

  /** The tenant's id, under which its fields stand, and what the registry holds. */
  async stats(options: CallOptions = {}): Promise<RegistryStats> {
    const call = { ...options, method: 'GET', path: `${REGISTRY}/stats` } as const
    return (await this.#transport.call(call)) as RegistryStats
  }
}

const DESCRIPTORS = `${REGISTRY}/tenant/descriptors`
const ACCEPT = { accept: 'application/vnd.adobe.xdm+json' }

/** Descriptors: what fields of schemas mean. */
export class Descriptors {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Type → descriptors of it. */
  async list(
    query: ResourceListQuery = {},
    options: CallOptions = {},
  ): Promise<Readonly<Record<string, readonly Descriptor[]>>> {
    const call = { method: 'GET', path: DESCRIPTORS, headers: ACCEPT, query: query as Query } as const
    const byType = await this.#transport.call({ ...options, ...call })
    return byType as Readonly<Record<string, readonly Descriptor[]>>
  }

  async get(id: string, options: CallOptions = {}): Promise<Descriptor> {
    const call = { method: 'GET', path: `${DESCRIPTORS}/${segment(id)}`, headers: ACCEPT } as const
    return (await this.#transport.call({ ...options, ...call })) as Descriptor
  }

  async create(body: DescriptorBody, options: CallOptions = {}): Promise<Descriptor> {
    const call = { ...options, method: 'POST', path: DESCRIPTORS, body } as const
    return (await this.#transport.call(call)) as Descriptor
  }

  async replace(id: string, body: DescriptorBody, options: CallOptions = {}): Promise<Descriptor> {
    const call = { ...options, method: 'PUT', path: `${DESCRIPTORS}/${segment(id)}`, body } as const
    return (await this.#transport.call(call)) as Descriptor
  }

  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.#transport.call({ ...options, method: 'DELETE', path: `${DESCRIPTORS}/${segment(id)}` })
  }
}
