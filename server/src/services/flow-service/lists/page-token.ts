import type { Scope } from '#http/scope.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import type { Keyring } from '#secrets/keyring.ts'
import { FlowProblem } from '#services/flow-service/problems.ts'

/**
 * Where the next page starts, and everything that decides what is on it. Clients cut the token out of a link
 * at its first `=`, so it is base64url without padding, and what they send besides it is ignored.
 */
export interface PageToken {
  readonly property: readonly string[]
  readonly orderby?: string | undefined
  readonly limit: number
  /** The sandboxes of a search across several; absent for the one of the request. */
  readonly sandboxIds?: readonly string[] | undefined
  /** Values of the order's keys in the last row of the page before, the tie breaker last. */
  readonly after: readonly string[]
}

/** Writes and reads the tokens of one collection. */
export interface PageTokens {
  format(token: PageToken): string
  /** @throws {FlowProblem} 1452 for a token that this collection did not give out in this sandbox */
  parse(text: string): PageToken
}

/** Tokens are signed: one that was altered, or that belongs to another collection or sandbox, is refused. */
export function createPageTokens(
  keyring: Pick<Keyring, 'sign' | 'verify'>,
  scope: Pick<Scope, 'orgId' | 'sandbox'>,
  collection: string,
): PageTokens {
  const context = JSON.stringify(['page', scope.orgId, scope.sandbox.id, collection])
  return {
    format: (token) => keyring.sign(encodeToken(token), context),
    parse: (text) => {
      const token = decodeToken(keyring.verify(text, context) ?? '')
      if (!isPageToken(token)) throw badToken()
      return token
    },
  }
}

/** The token is the only parameter of the link, which is relative to the service. */
export function linksTo(collection: string, nextToken: string | undefined): JsonObject {
  return nextToken === undefined ? {} : { next: { href: `/${collection}?continuationToken=${nextToken}` } }
}

/** base64url without padding, because clients cut a token at its first `=`. */
export function encodeToken(token: object): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url')
}

/** What a token holds, whatever that is; `undefined` for what is none. */
export function decodeToken(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

/** Of a token that was signed only its age is in doubt: an earlier version may have made another shape. */
function isPageToken(value: unknown): value is PageToken {
  return isObject(value) && Array.isArray(value['property']) && Array.isArray(value['after'])
}

export function badToken(): FlowProblem {
  return new FlowProblem('1452-400', 'The continuationToken is not valid. Start again without it.', {
    field: 'continuationToken',
  })
}
