import type { Answer } from '@headwater/testkit/api-client.ts'
import type { FlowClient } from './flow-client.ts'

/** A page of a list, which must be one. */
export async function readPage(client: FlowClient, path: string): Promise<Answer> {
  const { status, body, text } = await client.get(path)
  if (status === 200 && Array.isArray(body.items)) return body
  throw new Error(`no page at ${path}: ${status} ${text}`)
}

/** The ids of a list in its order. */
export async function idsOf(client: FlowClient, path: string): Promise<readonly string[]> {
  return (await readPage(client, path)).items.map(({ id }: { readonly id: string }) => id)
}

/** The names of a list in its order. */
export async function namesOf(client: FlowClient, path: string): Promise<readonly string[]> {
  return (await readPage(client, path)).items.map(({ name }: { readonly name: string }) => name)
}

/** The token of the link to the next page, cut out as clients do it: after the first sign of equality. */
export function tokenOf(page: Answer): string {
  const token = String(page._links.next?.href).split('=')[1]
  if (token === undefined || token === '') throw new Error(`no next page: ${JSON.stringify(page._links)}`)
  return token
}

/**
 * The ids of all pages, page by page; `next` makes the path of the page after one from the link and the query
 * that the first page was asked with.
 */
export async function walkPages(
  client: FlowClient,
  collection: string,
  query: string,
  next: (href: string, query: string) => string = (href) => href,
): Promise<readonly (readonly string[])[]> {
  const pages: string[][] = []
  let path: string | undefined = `/${collection}?${query}`
  while (path !== undefined) {
    const { items, _links } = await readPage(client, path)
    pages.push(items.map(({ id }: { readonly id: string }) => id))
    if (pages.length > 1000) throw new Error(`the pages of ${collection}?${query} do not end`)
    path = _links.next === undefined ? undefined : next(_links.next.href, query)
  }
  return pages
}
