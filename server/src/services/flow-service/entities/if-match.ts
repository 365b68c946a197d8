import { matchesEtag } from '#kit/etag.ts'
import type { JsonObject } from '#kit/json.ts'
import { ifMatchMissing, staleVersion } from '#services/flow-service/problems.ts'
import { textOf } from './entity-document.ts'

/**
 * The version that a change is meant for: the `If-Match` header, or the query parameter of the same name that
 * some clients send instead. The header wins.
 */
export function readIfMatch(request: {
  readonly headers: Readonly<Record<string, unknown>>
  readonly query: unknown
}): string | undefined {
  const query = request.query as Readonly<Record<string, unknown>>
  const given = [request.headers['if-match'], query['if-match'], query['If-Match']]
  return given.find((value): value is string => typeof value === 'string' && value.trim() !== '')
}

/** The version, which must be there. @throws {FlowProblem} 1403 */
export function requireIfMatch(ifMatch: string | undefined): string {
  if (ifMatch === undefined) throw ifMatchMissing()
  return ifMatch
}

/** Throws 1404 unless the version is the document's current one; without a version everything matches. */
export function assertCurrent(document: JsonObject, ifMatch: string | undefined): void {
  const etag = textOf(document, 'etag')
  if (ifMatch !== undefined && !matchesEtag(ifMatch, etag)) throw staleVersion(ifMatch, etag)
}
