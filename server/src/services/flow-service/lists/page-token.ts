import { isObject } from '#kit/json.ts'
import { FlowProblem } from '#services/flow-service/problems.ts'

/**
 * Where the next page starts, and everything that decides what is on it. Clients cut the token out of a link
 * at its first `=`, so it is base64url without padding, and what they send besides it is ignored.
 */
export interface PageToken {
  /** The collection that it belongs to. */
  readonly resource: string
  readonly property: readonly string[]
  readonly orderby?: string | undefined
  readonly limit: number
  /** Values of the order's keys in the last row of the page before, the tie breaker last. */
  readonly after: readonly string[]
}

export function formatPageToken(token: PageToken): string {
  return encodeToken(token)
}

/**
 * Reads a token back.
 *
 * @throws {FlowProblem} 1452 for one that this collection did not give out
 */
export function parsePageToken(text: string, resource: string): PageToken {
  const token = decodeToken(text)
  if (!isPageToken(token) || token.resource !== resource) throw badToken()
  return token
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

function isPageToken(value: unknown): value is PageToken {
  if (!isObject(value)) return false
  const { property, orderby, limit, after } = value
  return (
    isTexts(property) &&
    isTexts(after) &&
    after.length > 0 &&
    (orderby === undefined || typeof orderby === 'string') &&
    Number.isInteger(limit) &&
    Number(limit) > 0
  )
}

export function badToken(): FlowProblem {
  return new FlowProblem('1452-400', 'The continuationToken is not valid. Start again without it.', {
    field: 'continuationToken',
  })
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
