import type { Answer } from '@headwater/testkit/api-client.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { statement } from '../conformance/statement.ts'
import { EVENT, PROFILE, RegistryClient, registryCode, SHORT_LIST } from './registry.ts'

/** What lists leave out, how they are sorted, and their pages. */
let server: TestServer
let registry: RegistryClient

beforeAll(async () => {
  server = await startTestServer()
  registry = new RegistryClient(server.client)
  const type = { type: 'object', properties: { a: { type: 'string' } } }
  for (const title of ['delta test', 'alpha test', 'echo', 'charlie test', 'bravo'])
    await registry.make('datatypes', { ...type, title, description: title.length > 5 ? 'long' : 'short' })
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
})

async function titles(path: string): Promise<readonly string[]> {
  const { status, body } = await registry.get(encodeURI(path), SHORT_LIST)
  expect(status, path).toBe(200)
  return body.results.map(({ title }: Answer) => title)
}

statement(
  51,
  '`property=meta:intendedToExtend==https://ns.adobe.com/xdm/context/profile` returns person details and not ExperienceEvent-only groups.',
  async () => {
    const forProfiles = await titles(`/global/fieldgroups?property=meta:intendedToExtend==${PROFILE}`)
    expect(forProfiles).toContain('Demographic Details')
    expect(forProfiles).not.toContain('Environment Details')
    const forEvents = await titles(`/global/fieldgroups?property=meta:intendedToExtend==${EVENT}`)
    expect(forEvents).toContain('Environment Details')
    expect(forEvents).not.toContain('Loyalty Details')
  },
)

statement(52, 'Two `property` parameters AND together.', async () => {
  const both = await titles('/tenant/datatypes?property=title~test&property=title~^[ab]')
  expect(both).toEqual(['alpha test'])
  expect(await titles('/tenant/datatypes?property=title~test,title!=alpha test&orderby=title')).toEqual([
    'charlie test',
    'delta test',
  ])
})

statement(
  53,
  '`property=title~test$` filters by regex; bare `property=meta:immutableTags` filters by existence.',
  async () => {
    expect(await titles('/tenant/datatypes?property=title~test$&orderby=title')).toEqual([
      'alpha test',
      'charlie test',
      'delta test',
    ])
    expect(await titles('/tenant/datatypes?property=title~^echo$')).toEqual(['echo'])
    expect(await titles('/tenant/schemas?property=meta:immutableTags')).toEqual([])
    const { $id, title } = await registry.makeProfile({ id: { type: 'string' } })
    await registry.makeIdentity({ $id }, '/_headwater/id')
    await registry.makeProfile({ id: { type: 'string' } })
    const join = [{ op: 'add', path: '/meta:immutableTags', value: ['union'] }]
    expect((await registry.patch(`/tenant/schemas/${encodeURIComponent($id)}`, join)).status).toBe(200)
    expect(await titles('/tenant/schemas?property=meta:immutableTags')).toEqual([title])
    expect(await titles('/tenant/schemas?property=meta:immutableTags==union')).toEqual([title])
  },
)

statement(
  54,
  '`limit=1&orderby=title` then `start={_page.next}` visits each resource once and ends with `next:null`.',
  async () => {
    for (const orderby of ['title', '-title', 'updated', '-created']) {
      const visited = await visit(`/tenant/datatypes?limit=1&orderby=${orderby}`)
      expect(new Set(visited)).toEqual(new Set(await titles('/tenant/datatypes')))
      expect(visited).toHaveLength(5)
      if (orderby === 'title') expect(visited).toEqual(visited.toSorted())
      if (orderby === '-title') expect(visited).toEqual(visited.toSorted().toReversed())
    }
  },
)

/** The titles of all pages, one after the other. */
async function visit(path: string): Promise<readonly string[]> {
  const visited: string[] = []
  for (let start: string | number | null = ''; start !== null; ) {
    const from: string = start === '' ? '' : `&start=${encodeURIComponent(start)}`
    const { body } = await registry.get(`${path}${from}`, SHORT_LIST)
    expect(body.results).toHaveLength(1)
    visited.push(body.results[0].title)
    expect(body._links.next === null).toBe(body._page.next === null)
    start = body._page.next
  }
  return visited
}

test('all comparisons work on texts and numbers', async () => {
  const list = '/tenant/datatypes?orderby=title&property='
  expect(await titles(`${list}title<bravo`)).toEqual(['alpha test'])
  expect(await titles(`${list}title<=bravo`)).toEqual(['alpha test', 'bravo'])
  expect(await titles(`${list}title>delta`)).toEqual(['delta test', 'echo'])
  expect(await titles(`${list}title>=echo`)).toEqual(['echo'])
  expect(await titles(`${list}title==echo`)).toEqual(['echo'])
  expect(await titles(`${list}description!=long&limit=2`)).toEqual(['bravo', 'echo'])
  expect(await titles(`${list}meta:nothing`)).toEqual([])
})

test('a list without an order is one page, whatever its limit', async () => {
  const { body } = await registry.get('/tenant/datatypes?limit=2', SHORT_LIST)
  expect(body._page).toEqual({ orderby: 'updated', next: null, count: 5 })
})

test('parameters that cannot be are refused', async () => {
  for (const query of ['orderby=title&limit=-1', 'orderby=title&limit=501', 'property=title~(', 'orderby=,'])
    expect(registryCode(await registry.get(`/tenant/datatypes?${query}`, SHORT_LIST)), query).toMatch(
      /XDM-100[05]-400/,
    )
})
