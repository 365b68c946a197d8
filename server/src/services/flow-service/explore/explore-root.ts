import { Readable } from 'node:stream'
import type { JsonObject } from '#kit/json.ts'
import { jsonArrayText } from '#kit/json-array.ts'
import { askSource } from '#services/flow-service/connections/check-source.ts'
import type { SourcePort } from '#services/flow-service/source-port.ts'
import type { ListedRelation } from '#source/postgres/explore/list-relations.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { listedDocument } from './relation-document.ts'
import { formatRelationToken, type RelationQuery } from './relation-query.ts'

/** How long a client may take to read a whole list; the source's session is open for it. */
const STREAM_TIMEOUT_MS = 300_000

export interface RootListing {
  /** The items of a page, or the text of an array of all items. */
  readonly body: readonly JsonObject[] | Readable
  /** The token of the page after this one. */
  readonly nextToken?: string | undefined
}

export interface RootRequest {
  readonly connectionId: string
  readonly target: ConnectionTarget
  readonly query: RelationQuery
  readonly signal: AbortSignal
}

/** Lists what a source offers: a page when a limit was given, else everything, as it comes. */
export async function exploreRoot(source: SourcePort, request: RootRequest): Promise<RootListing> {
  const { limit } = request.query
  return limit === undefined
    ? { body: await openStream(source, request) }
    : await readPage(source, request, limit)
}

async function readPage(
  source: SourcePort,
  { connectionId, target, query, signal }: RootRequest,
  limit: number,
): Promise<RootListing> {
  const { relations, hasMore } = await askSource(signal, (bounded) =>
    source.listRelations(target, { ...query, limit }, { signal: bounded }),
  )
  const last = relations.at(-1)
  const body = relations.map(listedDocument)
  if (!hasMore || last === undefined) return { body }
  return { body, nextToken: formatRelationToken(query, last, connectionId) }
}

/**
 * The first chunk is awaited, so that whatever is wrong with the source is answered with a code. What goes wrong
 * later breaks the answer off.
 */
async function openStream(source: SourcePort, { target, query, signal }: RootRequest): Promise<Readable> {
  const opening = new AbortController()
  const life = AbortSignal.any([signal, opening.signal, AbortSignal.timeout(STREAM_TIMEOUT_MS)])
  const chunks = source.streamRelations(target, query, { signal: life })
  const first = await askSource(signal, async (bounded) => {
    const giveUp = (): void => opening.abort(bounded.reason)
    bounded.addEventListener('abort', giveUp, { once: true })
    try {
      return await chunks.next()
    } finally {
      bounded.removeEventListener('abort', giveUp)
    }
  })
  return Readable.from(jsonArrayText(documents(first, chunks)), { objectMode: false })
}

async function* documents(
  first: IteratorResult<readonly ListedRelation[], void>,
  rest: AsyncGenerator<readonly ListedRelation[], void, undefined>,
): AsyncGenerator<readonly JsonObject[], void, undefined> {
  try {
    if (first.done !== true) yield first.value.map(listedDocument)
    for await (const relations of rest) yield relations.map(listedDocument)
  } finally {
    // Also when nobody reads on: this closes the session with the source.
    await rest.return()
  }
}
