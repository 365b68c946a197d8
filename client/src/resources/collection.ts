import { itemsOf, type ListQuery, listParameters, type Page, pagesOf } from '../pages.ts'
import type { CallOptions, Query, Transport } from '../transport.ts'

/** Where the Flow Service is. */
export const FLOW_SERVICE = '/data/foundation/flowservice'

/** What a list holds of each item: everything, or what was selected. */
type Chosen<Item, Name extends keyof Item> = Pick<Item, Name | ('id' extends keyof Item ? 'id' : never)>

/** The reads that every collection of the Flow Service has. */
export abstract class Collection<Item> {
  protected readonly transport: Transport
  protected readonly path: string

  constructor(transport: Transport, path: string) {
    this.transport = transport
    this.path = path
  }

  /** One page. */
  async list<Name extends keyof Item & string = keyof Item & string>(
    query: ListQuery<Name> = {},
    options: CallOptions = {},
  ): Promise<Page<Chosen<Item, Name>>> {
    return (await this.read('', listParameters(query), options)) as Page<Chosen<Item, Name>>
  }

  /** Every item, page after page. */
  all<Name extends keyof Item & string = keyof Item & string>(
    query: ListQuery<Name> = {},
    options: CallOptions = {},
  ): AsyncGenerator<Chosen<Item, Name>, void, undefined> {
    return itemsOf((continuationToken) => this.list({ ...query, ...from(continuationToken) }, options))
  }

  /** Page after page. */
  pages<Name extends keyof Item & string = keyof Item & string>(
    query: ListQuery<Name> = {},
    options: CallOptions = {},
  ): AsyncGenerator<Page<Chosen<Item, Name>>, void, undefined> {
    return pagesOf((continuationToken) => this.list({ ...query, ...from(continuationToken) }, options))
  }

  /** How many there are. */
  async count(query: Pick<ListQuery, 'property'> = {}, options: CallOptions = {}): Promise<number> {
    const parameters = { ...listParameters(query), count: true }
    return ((await this.read('', parameters, options)) as { readonly count: number }).count
  }

  /** One item. @throws HeadwaterError with the code FLOW-1439-404 when there is none */
  async get(id: string, options: CallOptions = {}): Promise<Item> {
    const { items } = (await this.read(`/${segment(id)}`, undefined, options)) as Page<Item>
    return items[0] as Item
  }

  protected async read(path: string, query: Query | undefined, options: CallOptions): Promise<unknown> {
    return await this.transport.call({ ...options, method: 'GET', path: this.path + path, query })
  }
}

/** An id as a part of a path. */
export function segment(id: string): string {
  return encodeURIComponent(id)
}

/** The first page needs no token. */
function from(continuationToken: string | undefined): { readonly continuationToken?: string } {
  return continuationToken === undefined ? {} : { continuationToken }
}
