import fc from 'fast-check'
import { type ClientHeaders, headersOf, usualType } from './arbitrary-headers.ts'
import { intruded, junk, junkText, mutated, toBodyText } from './arbitrary-json.ts'
import { queryOf } from './arbitrary-query.ts'
import type { Bodies } from './bodies.ts'
import type { Operation } from './operations.ts'
import type { SeedIds } from './seeds.ts'
import { escapePart, type FuzzRequest } from './send.ts'

/** What requests are made from. */
export interface Material {
  readonly kept: SeedIds
  readonly spare: SeedIds
  readonly bodies: Bodies
  /** Of a client who may do everything. */
  readonly headers: ClientHeaders
}

/** Requests of one operation: most of them nearly right, so that they get far. */
export function requestsOf(operation: Operation, material: Material): fc.Arbitrary<FuzzRequest> {
  return fc
    .record({
      path: pathOf(operation, material),
      query: queryOf(operation),
      headers: headersOf(operation, material.headers),
      body: bodyOf(operation, material),
    })
    .map(({ path, query, headers, body }) => ({
      method: operation.method,
      url: query === '' ? path : `${path}?${query}`,
      headers,
      body,
    }))
}

function pathOf(operation: Operation, material: Material): fc.Arbitrary<string> {
  const parts: fc.Arbitrary<string>[] = []
  let end = 0
  for (const { 0: text, 1: name = '', index } of operation.path.matchAll(/\{(\w+)\}/g)) {
    parts.push(fc.constant(operation.path.slice(end, index)), pathValue(operation, material, name, index))
    end = index + text.length
  }
  const last = fc.constantFrom('', '', '', '/').map((slash) => `${operation.path.slice(end)}${slash}`)
  return fc.tuple(...parts, last).map((texts) => texts.join(''))
}

/** What stands for a parameter at a place of the path: mostly something that exists. */
function pathValue(operation: Operation, material: Material, name: string, at: number): fc.Arbitrary<string> {
  const listed = operation.parameters.find((one) => one.in === 'path' && one.name === name)?.values ?? []
  const containers = name === 'container' ? ['tenant', 'tenant', 'global'] : []
  const known = [...containers, ...idsOf(operation, material, at), ...listed]
  const made = fc.oneof(fc.uuid(), junkText).map((text) => escapePart(text).replace(/^\.{0,2}$/, 'none'))
  if (known.length === 0) return made
  const existing = fc.constantFrom(...known).map(encodeURIComponent)
  return fc.oneof({ weight: 6, arbitrary: existing }, { weight: 1, arbitrary: made })
}

/** Ids of the collection that ends at this place of the path; spare ones for what is no reading. */
function idsOf({ method, path }: Operation, { kept, spare }: Material, at: number): readonly string[] {
  return (method === 'GET' ? kept : spare)[path.slice(0, at - 1)] ?? []
}

/** Requests in each of which one value of the body is of another type. */
export function intrudedRequestsOf(operation: Operation, material: Material, byAll: boolean): FuzzRequest[] {
  const valid = validRequestOf(operation, material)
  if (valid === undefined) return []
  const documents = intruded(material.bodies[operation.operationId], byAll)
  return documents.map((document) => ({ ...valid, body: textOf(operation, document) }))
}

/** A request with nothing wrong, where there is a body for the operation. */
export function validRequestOf(operation: Operation, material: Material): FuzzRequest | undefined {
  const body = material.bodies[operation.operationId]
  if (body === undefined) return undefined
  const url = operation.path.replace(/\{(\w+)\}/g, (_all, name: string, at: number) =>
    name === 'container' ? 'tenant' : encodeURIComponent(idsOf(operation, material, at)[0] ?? 'none'),
  )
  const headers = { ...material.headers, 'content-type': usualType(operation), 'if-match': '*' }
  return { method: operation.method, url, headers, body: textOf(operation, body) }
}

function textOf(operation: Operation, document: unknown): string {
  if (!operation.isForm) return toBodyText(document)
  const members = Object.entries(Object(document)).map(([name, value]) => [
    name,
    (typeof value === 'string' ? value : toBodyText(value)).toWellFormed(),
  ])
  return new URLSearchParams(Object.fromEntries(members)).toString()
}

function bodyOf(operation: Operation, { bodies }: Material): fc.Arbitrary<string | undefined> {
  if (!operation.hasBody) return fc.constant(undefined)
  const valid = bodies[operation.operationId] ?? operation.example ?? {}
  const toText = (document: unknown): string => textOf(operation, document)
  return fc.oneof(
    { weight: 16, arbitrary: mutated(valid).map(toText) },
    { weight: 2, arbitrary: junk.map(toText) },
    { weight: 1, arbitrary: junkText },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', '{', '[', '"', 'nul', '{"a":1}{"b":2}', '\ufeff{}', '// x\n{}'),
    },
  )
}
