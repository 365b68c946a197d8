import { isObject, type JsonObject } from '#kit/json.ts'
import { SECRET_MASK } from '#services/flow-service/connections/secret-params.ts'
import { invalidRequest } from '#services/flow-service/problems.ts'

/** Headers that a subscription adds to what is sent. Their values are secrets. */
export type ExtraHeaders = Readonly<Record<string, string>>

const MAX_HEADERS = 20
const MAX_VALUE_CHARS = 4_096
const NAME_PATTERN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/
const VALUE_PATTERN = /^[!-~\u00a0-\u00ff]([\t -~\u00a0-\u00ff]*[!-~\u00a0-\u00ff])?$/
/** What the message itself and its way need. */
const OURS =
  /^(webhook-.*|content-.*|host|connection|keep-alive|proxy-connection|upgrade|te|trailer|transfer-encoding|expect)$/i

/**
 * Reads the `headers` member. A mask stands for the stored value of the same name.
 *
 * @throws {FlowProblem} 1100 naming the header at fault, never its value
 */
export function readExtraHeaders(given: unknown, stored: ExtraHeaders = {}): ExtraHeaders {
  if (given === undefined || given === null) return {}
  if (!isObject(given)) throw invalidRequest('headers must be an object of names and texts.', 'headers')
  const names = Object.keys(given)
  if (names.length > MAX_HEADERS)
    throw invalidRequest(`headers holds ${names.length} headers. Send ${MAX_HEADERS} at most.`, 'headers')
  const folded = names.map((name) => name.toLowerCase())
  const twice = names.find((_, index) => folded.indexOf(folded[index] ?? '') !== index)
  if (twice !== undefined) throw badHeader(twice, 'is there twice. Send each name once.')
  return Object.fromEntries(names.map((name) => [name, readValue(name, given[name], stored)]))
}

function readValue(name: string, value: unknown, stored: ExtraHeaders): string {
  if (!NAME_PATTERN.test(name)) {
    throw invalidRequest(`headers: "${name.slice(0, 100)}" is no name of a header.`, 'headers')
  }
  if (OURS.test(name)) throw badHeader(name, 'is set by the server. Leave it out.')
  if (value === SECRET_MASK) {
    const kept = stored[name]
    if (kept === undefined)
      throw badHeader(name, 'holds the mask that answers show. No value is stored for it: send the value.')
    return kept
  }
  if (typeof value === 'string' && value.length <= MAX_VALUE_CHARS && VALUE_PATTERN.test(value)) return value
  throw badHeader(
    name,
    `must be a text of 1 to ${MAX_VALUE_CHARS} printable characters without blanks around it.`,
  )
}

function badHeader(name: string, fault: string): Error {
  return invalidRequest(`headers.${name} ${fault}`, `headers.${name}`)
}

/** The headers as answers show them. */
export function maskHeaders(headers: JsonObject): JsonObject {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, SECRET_MASK]))
}
