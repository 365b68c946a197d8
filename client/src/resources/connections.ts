import type { Explored, ExploredItem, ExploredTable, ExploreQuery } from '@headwater/contract/explore.ts'
import type { TestResult } from '@headwater/contract/flow-service/connection-test.ts'
import type {
  Connection,
  ConnectionBody,
  ConnectionDraft,
} from '@headwater/contract/flow-service/connections.ts'
import type { Reference } from '@headwater/contract/flow-service/entities.ts'
import type { ConnectionConfigs } from '@headwater/contract/flow-service/explored-storage.ts'
import type { SearchBody } from '@headwater/contract/flow-service/search.ts'
import type { Page } from '../pages.ts'
import type { CallOptions, Query, Transport } from '../transport.ts'
import { FLOW_SERVICE, segment } from './collection.ts'
import { type ActionOptions, Entities } from './entities.ts'

/** What is wanted of the root of a source. */
export type RootQuery = Pick<ExploreQuery, 'limit' | 'includePartitions' | 'schema' | 'search'>

/** What is wanted of one table or view. */
export type TableQuery = Pick<ExploreQuery, 'preview' | 'previewCount' | 'filters'>

/** Base connections: credentials of one system, their test, and what can be seen with them. */
export class Connections extends Entities<Connection, ConnectionBody, ConnectionDraft, 'publish'> {
  constructor(transport: Transport) {
    super(transport, `${FLOW_SERVICE}/connections`)
  }

  /** Finds some; without members of the body, all. */
  async search(body: SearchBody, options: CallOptions = {}): Promise<Page<Connection>> {
    return (await this.post('/search', body, options)) as Page<Connection>
  }

  /** Tries to open a session. A source that fails is an answer and no error. */
  async test(id: string, options: CallOptions = {}): Promise<TestResult> {
    return (await this.read(`/${segment(id)}/test`, undefined, options)) as TestResult
  }

  /** Looks around, with the parameters as the API has them. */
  async explore(id: string, query: ExploreQuery = {}, options: CallOptions = {}): Promise<Explored> {
    return (await this.read(`/${segment(id)}/explore`, query as Query, options)) as Explored
  }

  /** Describes one table or view, with some of its rows if wanted. */
  async exploreTable(
    id: string,
    object: string,
    query: TableQuery = {},
    options: CallOptions = {},
  ): Promise<ExploredTable> {
    return (await this.explore(id, { ...query, objectType: 'table', object }, options)) as ExploredTable
  }

  /** Every table and view of the source, a page of them at a time. */
  async *relations(
    id: string,
    { limit = 1000, ...query }: RootQuery = {},
    options: CallOptions = {},
  ): AsyncGenerator<ExploredItem, void, undefined> {
    let continuationToken: string | null | undefined
    do {
      const place = continuationToken === undefined ? {} : { continuationToken }
      const path = `${this.path}/${segment(id)}/explore`
      const asked = { ...query, limit, objectType: 'root', ...place } as Query
      const response = await this.transport.respond({ ...options, method: 'GET', path, query: asked })
      yield* (await response.json()) as ExploredItem[]
      continuationToken = response.headers.get('x-next-continuation-token') ?? null
    } while (continuationToken !== null)
  }

  /** Columns that all things behind it have; in a database each table has its own. */
  async configs(id: string, options: CallOptions = {}): Promise<ConnectionConfigs> {
    return (await this.read(`/${segment(id)}/configs`, undefined, options)) as ConnectionConfigs
  }

  /** Makes a draft a connection. */
  async publish(id: string, options: ActionOptions = {}): Promise<Reference> {
    return await this.act(id, 'publish', options)
  }
}
