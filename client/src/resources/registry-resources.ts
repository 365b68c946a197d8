import type {
  PatchBody,
  RegistryResource,
  ResourceBody,
  ResourceList,
  ResourceListQuery,
} from '@headwater/contract/schema-registry.ts'
import type { Call, CallOptions, Query, Transport } from '../transport.ts'
import { segment } from './collection.ts'

export const REGISTRY = '/data/foundation/schemaregistry'

/** What is the tenant's own, or what comes with the server and cannot be changed. */
export type Container = 'tenant' | 'global'

export interface ReadOptions extends CallOptions {
  /** `tenant` when absent. */
  readonly container?: Container | undefined
}

export interface LookUpOptions extends ReadOptions {
  /** Leaves references as they are; everything they lead to stands in their place when absent. */
  readonly isShort?: boolean | undefined
}

/** One kind of resource of the registry, to look at. */
export class ReadOnlyResources {
  protected readonly transport: Transport
  readonly #kind: string

  constructor(transport: Transport, kind: string) {
    this.transport = transport
    this.#kind = kind
  }

  /** A page. */
  async list(query: ResourceListQuery = {}, options: ReadOptions = {}): Promise<ResourceList> {
    const headers = { accept: 'application/vnd.adobe.xed+json' }
    const call = { method: 'GET', path: this.pathIn(options), headers, query: query as Query } as const
    return (await this.transport.call({ ...withoutContainer(options), ...call })) as ResourceList
  }

  /** Every resource, page after page. */
  async *all(
    query: Omit<ResourceListQuery, 'start'> = {},
    options: ReadOptions = {},
  ): AsyncGenerator<RegistryResource, void, undefined> {
    let start: string | undefined
    do {
      const page = await this.list(start === undefined ? query : { ...query, start }, options)
      yield* page.results
      start = page._page.next === null ? undefined : String(page._page.next)
    } while (start !== undefined)
  }

  /** One, by its `$id` or `meta:altId`. */
  async get(id: string, { isShort = false, ...options }: LookUpOptions = {}): Promise<RegistryResource> {
    const headers = { accept: `application/vnd.adobe.xed${isShort ? '' : '-full'}+json;version=1` }
    const call = { method: 'GET', path: this.pathIn(options, id), headers } as const
    return (await this.transport.call({ ...withoutContainer(options), ...call })) as RegistryResource
  }

  protected pathIn({ container = 'tenant' }: ReadOptions, id?: string): string {
    const path = `${REGISTRY}/${container}/${this.#kind}`
    return id === undefined ? path : `${path}/${segment(id)}`
  }
}

/** One kind of resource of the registry: schemas, classes, field groups or data types. */
export class RegistryResources extends ReadOnlyResources {
  /** Makes one of the tenant's own. */
  async create(body: ResourceBody, options: CallOptions = {}): Promise<RegistryResource> {
    return await this.#change({ ...options, method: 'POST', path: this.pathIn({}), body })
  }

  /** Puts another in its place. */
  async replace(id: string, body: ResourceBody, options: CallOptions = {}): Promise<RegistryResource> {
    return await this.#change({ ...options, method: 'PUT', path: this.pathIn({}, id), body })
  }

  /** Changes one, all operations or none. */
  async patch(id: string, operations: PatchBody, options: CallOptions = {}): Promise<RegistryResource> {
    return await this.#change({ ...options, method: 'PATCH', path: this.pathIn({}, id), body: operations })
  }

  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.transport.call({ ...options, method: 'DELETE', path: this.pathIn({}, id) })
  }

  async #change(call: Call): Promise<RegistryResource> {
    return (await this.transport.call(call)) as RegistryResource
  }
}

function withoutContainer({ container: _, ...options }: ReadOptions): CallOptions {
  return options
}
