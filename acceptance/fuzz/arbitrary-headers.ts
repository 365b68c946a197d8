import fc from 'fast-check'
import { junkText } from './arbitrary-json.ts'
import type { Operation } from './operations.ts'

/** What goes out with every request of a client. */
export type ClientHeaders = Readonly<Record<string, string>>

const CONTENT_TYPES = [
  'application/json; charset=utf-8',
  'application/x-www-form-urlencoded',
  'application/json-patch+json',
  'text/plain',
  'multipart/form-data; boundary=x',
  'application/xml',
  'application/json;;;=',
  '/',
]
const ACCEPTS = [
  'application/vnd.adobe.xed-full+json;version=1',
  'application/vnd.adobe.xed+json; version=99',
  'application/vnd.adobe.xed-id+json',
  'application/vnd.adobe.xdm-v2+json',
  '*/*',
  'text/html',
  'application/vnd.adobe.+json',
]
/** What a header line can carry. */
const headerText = junkText.map((text) => encodeURIComponent(text.toWellFormed()))

/** A client's headers with those of the operation; now and then one of them is wrong. */
export function headersOf(
  operation: Operation,
  headers: ClientHeaders,
): fc.Arbitrary<Record<string, string>> {
  const ifMatch = fc.oneof(
    { weight: 8, arbitrary: fc.constant('*') },
    fc.constantFrom('"x"', 'W/"x"', '', ','),
    headerText,
  )
  const common = fc.record(
    { 'if-match': ifMatch, accept: fc.constantFrom(...ACCEPTS) },
    { requiredKeys: ['if-match'] },
  )
  const type = fc.oneof(
    { weight: 8, arbitrary: fc.constant(usualType(operation)) },
    fc.constantFrom(...CONTENT_TYPES),
  )
  return fc.tuple(common, type, spoiled(Object.keys(headers))).map(([given, contentType, changes]) => ({
    ...headers,
    ...given,
    ...(operation.hasBody ? { 'content-type': contentType } : {}),
    ...changes,
  }))
}

/** Now and then one of the client's headers is another. */
function spoiled(names: readonly string[]): fc.Arbitrary<Record<string, string>> {
  const one = fc
    .tuple(fc.constantFrom(...names, 'x-sandbox-name', 'x-sandbox-id', 'x-request-id', 'range'), headerText)
    .map(([name, value]) => ({ [name]: value }))
  return fc.oneof({ weight: 12, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: one })
}

/** The content type that the operation's bodies have. */
export function usualType(operation: Operation): string {
  return operation.isForm ? 'application/x-www-form-urlencoded' : 'application/json'
}
