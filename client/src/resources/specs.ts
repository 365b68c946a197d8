import type { ExploredStorage, SpecExploreQuery } from '@headwater/contract/flow-service/explored-storage.ts'
import type { FlowSpecSearchBody } from '@headwater/contract/flow-service/search.ts'
import type { ConnectionSpecBody, FlowSpecBody } from '@headwater/contract/flow-service/spec-bodies.ts'
import type {
  ConnectionSpec,
  FlowSpec,
  SpecConfigQuery,
  SpecConfigs,
} from '@headwater/contract/flow-service/specs.ts'
import { type ListQuery, listParameters, type Page } from '../pages.ts'
import type { CallOptions, Query, Transport } from '../transport.ts'
import { FLOW_SERVICE, segment } from './collection.ts'
import type { ChangeOptions } from './entities.ts'

/** What the two kinds of specs share. Their lists come on one page. */
abstract class Specs<Item, Body> {
  protected readonly transport: Transport
  protected readonly path: string

  constructor(transport: Transport, path: string) {
    this.transport = transport
    this.path = path
  }

  async list(query: Pick<ListQuery, 'property'> = {}, options: CallOptions = {}): Promise<Page<Item>> {
    return (await this.read('', listParameters(query), options)) as Page<Item>
  }

  async get(id: string, options: CallOptions = {}): Promise<Item> {
    const { items } = (await this.read(`/${segment(id)}`, undefined, options)) as Page<Item>
    return items[0] as Item
  }

  /** Registers one, as an administrator. */
  async create(body: Body, options: CallOptions = {}): Promise<Item> {
    return (await this.transport.call({ ...options, method: 'POST', path: this.path, body })) as Item
  }

  /** Puts another in the place of one that was registered, as an administrator. */
  async replace(id: string, body: Body, options: ChangeOptions = {}): Promise<Item> {
    const path = `${this.path}/${segment(id)}`
    return (await this.transport.call({ ...options, method: 'PUT', path, body })) as Item
  }

  protected async read(path: string, query: Query | undefined, options: CallOptions): Promise<unknown> {
    return await this.transport.call({ ...options, method: 'GET', path: this.path + path, query })
  }
}

/** The kinds of systems that can be connected. */
export class ConnectionSpecs extends Specs<ConnectionSpec, ConnectionSpecBody> {
  constructor(transport: Transport) {
    super(transport, `${FLOW_SERVICE}/connectionSpecs`)
  }

  /** Looks around in a system that needs no connection: the lake. */
  async explore(
    id: string,
    query: SpecExploreQuery = {},
    options: CallOptions = {},
  ): Promise<ExploredStorage> {
    return (await this.read(`/${segment(id)}/explore`, query as Query, options)) as ExploredStorage
  }

  /** What can be chosen for a kind of system: for the lake its datasets. */
  async configs(id: string, query: SpecConfigQuery = {}, options: CallOptions = {}): Promise<SpecConfigs> {
    return (await this.read(`/${segment(id)}/configs`, query as Query, options)) as SpecConfigs
  }
}

/** The kinds of flows. */
export class FlowSpecs extends Specs<FlowSpec, FlowSpecBody> {
  constructor(transport: Transport) {
    super(transport, `${FLOW_SERVICE}/flowSpecs`)
  }

  /** Finds some; without members of the body, all. */
  async search(body: FlowSpecSearchBody, options: CallOptions = {}): Promise<Page<FlowSpec>> {
    const call = { ...options, method: 'POST', path: `${this.path}/search`, body } as const
    return (await this.transport.call(call)) as Page<FlowSpec>
  }
}
