import type { EntityListQuery } from '@headwater/contract/flow-service/lists.ts'
import type { Query } from './transport.ts'

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[]
  /** `next.href` while there is more. */
  readonly _links: { readonly next?: { readonly href: string } }
}

/** What is wanted of a list. */
export interface ListQuery<Name extends string = string> {
  /** Conditions, joined by and: `state==enabled`. */
  readonly property?: string | readonly string[] | undefined
  /** Only these properties, and the id. */
  readonly select?: readonly Name[] | undefined
  readonly limit?: EntityListQuery['limit'] | undefined
  /** `name,-createdAt`; newest first when absent. */
  readonly orderby?: string | undefined
  /** Where the page starts. It decides alone. */
  readonly continuationToken?: string | undefined
}

/** The token of the next page; `undefined` on the last. */
export function nextTokenOf({ _links }: Page<unknown>): string | undefined {
  const [, query = ''] = (_links.next?.href ?? '').split('?')
  return new URLSearchParams(query).get('continuationToken') ?? undefined
}

/** The query parameters of a list. */
export function listParameters({ property = [], select, ...query }: ListQuery): Query {
  const conditions = typeof property === 'string' ? [property] : property
  const chosen = select === undefined || select.length === 0 ? [] : [['id', ...select].join(',')]
  return { ...query, property: [...conditions, ...chosen] }
}

/** Every item of a list, page after page. */
export async function* itemsOf<Item>(
  read: (continuationToken: string | undefined) => Promise<Page<Item>>,
): AsyncGenerator<Item, void, undefined> {
  for await (const { items } of pagesOf(read)) yield* items
}

/** The pages of a list, one after the other; each is read when it is asked for. */
export async function* pagesOf<Item>(
  read: (continuationToken: string | undefined) => Promise<Page<Item>>,
): AsyncGenerator<Page<Item>, void, undefined> {
  let token: string | undefined
  do {
    const page = await read(token)
    yield page
    token = nextTokenOf(page)
  } while (token !== undefined)
}
