import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { Explored } from '@headwater/contract/explore.ts'
import { Ajv } from 'ajv'
import { Value } from 'typebox/value'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  type AnyBody,
  BASE,
  basicParams,
  CALLER,
  created,
  type FlowTestService,
  POSTGRES,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'
import { NASTY_NAMES } from '#source/postgres/explore/testing/nasty-names.ts'
import { quoteIdentifier, quoteQualified } from '#source/postgres/sql/quote.ts'

const SCHEMA = 'Odd "names".'
/** One relation more than the source hands over at once. */
const CROWD = 2_001

let service: FlowTestService
let connectionId: string
let url: string
/** Called when the first relations of a list have left the source. */
let afterFirstChunk: () => Promise<void> = async () => {}
let address: Promise<string> | undefined
const listening = (): Promise<string> => (address ??= service.listen())

beforeAll(async () => {
  service = await startFlowService({
    wrapSource: (source) => ({
      ...source,
      async *streamRelations(...request) {
        for await (const chunk of source.streamRelations(...request)) {
          yield chunk
          await afterFirstChunk()
        }
      },
    }),
  })
  const { source } = service
  await source.query(`create schema ${quoteIdentifier(SCHEMA)}`)
  for (const [index, name] of NASTY_NAMES.entries()) {
    const quoted = quoteQualified(SCHEMA, name)
    const columns = `${quoteIdentifier(name)} int, other text`
    await source.query(`create table ${quoted} (${columns}); insert into ${quoted} values (${index}, 'x')`)
  }
  const auth = { specName: 'Basic Authentication', params: basicParams(source) }
  connectionId = await created(service, '/connections', { name: 'odd', auth, connectionSpec: POSTGRES })
  url = `/connections/${connectionId}/explore`
})
afterAll(async () => service[Symbol.asyncDispose]())

const pathsOf = (body: AnyBody): string[] => body.map(({ path }: AnyBody) => path)
const encoded = (parameters: Record<string, string>): string => `${new URLSearchParams(parameters)}`

describe('odd names go through the API and back', () => {
  test('each listed path describes and previews its own relation', async () => {
    const { body } = await service.call('GET', `${url}?${encoded({ schema: SCHEMA })}`)
    expect(body).toHaveLength(NASTY_NAMES.length)
    const seen = new Map<string, unknown>()
    for (const { path } of body) {
      const query = encoded({ objectType: 'table', object: path, preview: 'true' })
      const table = await service.call('GET', `${url}?${query}`)
      expect([table.status, table.body.meta?.path]).toEqual([200, path])
      const [{ name }] = table.body.schema.columns
      seen.set(name, Object.entries(table.body.data[0])[0])
    }
    expect(seen).toEqual(new Map(NASTY_NAMES.map((name, index) => [name, [name, index]])))
  })
})

test('the connection spec says that there are pages, and takes the requests that are made here', async () => {
  const { body } = await service.call('GET', `/connectionSpecs/${POSTGRES.id}`)
  const [{ attributes, exploreSpec }] = body.items
  expect(attributes.uiAttributes.apiFeatures.explorePaginationSupported).toBe(true)
  const validate = new Ajv({ strict: false }).compile(exploreSpec.requestSpec)
  expect(validate({ objectType: 'root', limit: 7, search: 'x', schema: 'y', includePartitions: true })).toBe(
    true,
  )
  expect(validate({ objectType: 'table', object: 'x', preview: true, previewCount: 5 })).toBe(true)
  expect(validate({ objectType: 'table' })).toBe(false)
  expect(validate({ objectType: 'root', limit: 0 })).toBe(false)
})

describe('pages', () => {
  test('follow each other by the Link header to the whole list', async () => {
    const whole = await service.call('GET', url)
    expect(Value.Errors(Explored, whole.body)).toEqual([])
    expect(whole.headers).not.toHaveProperty('link')
    const items: AnyBody[] = []
    let next: string | undefined = `${url}?objectType=root&limit=7`
    while (next !== undefined) {
      const page = await service.call('GET', next)
      items.push(...page.body)
      const { link, 'x-next-continuation-token': token } = page.headers
      next = /^<(.*)>; rel="next"$/.exec(String(link ?? ''))?.[1]?.slice(BASE.length)
      if (next !== undefined) expect(next).toBe(`${url}?continuationToken=${token}`)
      expect(page.body.length).toBe(next === undefined ? whole.body.length % 7 || 7 : 7)
    }
    expect(items).toEqual(whole.body)
  })

  test('the token decides alone, whatever is sent again or left out', async () => {
    const asked = { schema: SCHEMA, search: 'A', includePartitions: 'true', limit: '2' }
    const first = await service.call('GET', `${url}?${encoded(asked)}`)
    const continuationToken = String(first.headers['x-next-continuation-token'])
    expect(continuationToken).toMatch(/^[\w-]+$/)
    const second = await service.call('GET', `${url}?${encoded({ continuationToken })}`)
    const resent = await service.call(
      'GET',
      `${url}?${encoded({ ...asked, limit: '9', search: 'zzz', continuationToken })}`,
    )
    expect(resent.body).toEqual(second.body)
    const { body } = await service.call('GET', `${url}?${encoded({ ...asked, limit: '4' })}`)
    expect(pathsOf(body)).toEqual([...pathsOf(first.body), ...pathsOf(second.body)])
  })

  test('a limit beyond the greatest counts as the greatest', async () => {
    const { body, headers } = await service.call('GET', `${url}?limit=123456789`)
    expect(body.length).toBeGreaterThan(NASTY_NAMES.length)
    expect(headers).not.toHaveProperty('link')
  })

  test.each(['0', '-1', 'x', '1.5'])('limit %s is refused', async (limit) => {
    const answer = await service.call('GET', `${url}?${encoded({ limit })}`)
    expect([answer.status, answer.body.report.field]).toEqual([400, 'limit'])
    expect(answer.body.type).toContain('FLOW-1452-400')
  })

  const place = ['a', 'b']
  test.each([
    ['a text', 'nonsense'],
    ['a list', ['x']],
    ['without a place', { includePartitions: false, limit: 1 }],
    ['with half a place', { includePartitions: false, limit: 1, after: ['a'] }],
    ['with a NUL', { includePartitions: false, limit: 1, after: ['a\0', 'b'] }],
    ['without a limit', { includePartitions: false, after: place }],
    ['beyond the greatest limit', { includePartitions: false, limit: 10_001, after: place }],
    ['with a schema that is none', { includePartitions: false, limit: 1, after: place, schema: 7 }],
  ])('a token that is %s is refused', async (_, parts) => {
    const token = typeof parts === 'object' && !Array.isArray(parts) ? { connectionId, ...parts } : parts
    const continuationToken = Buffer.from(JSON.stringify(token)).toString('base64url')
    for (const text of [continuationToken, `${continuationToken}x`, 'no base64!']) {
      const answer = await service.call('GET', `${url}?${encoded({ continuationToken: text })}`)
      expect([answer.status, answer.body.report.field]).toEqual([400, 'continuationToken'])
    }
  })

  test('a token of another connection is refused', async () => {
    const auth = { specName: 'Basic Authentication', params: basicParams(service.source) }
    const other = await created(service, '/connections', { name: 'other', auth, connectionSpec: POSTGRES })
    const { headers } = await service.call('GET', `/connections/${other}/explore?limit=1`)
    const continuationToken = String(headers['x-next-continuation-token'])
    const answer = await service.call('GET', `${url}?${encoded({ continuationToken })}`)
    expect(answer.status).toBe(400)
  })
})

describe('a list that goes out as it comes', () => {
  beforeAll(async () => {
    await service.source.query(`
      create schema crowd;
      do $$ begin for i in 1..${CROWD} loop execute format('create view crowd.v%s as select 1 as x', i); end loop; end $$`)
  })

  afterEach(() => {
    afterFirstChunk = async () => {}
  })

  test('is one array', async () => {
    const { status, body, headers } = await service.call('GET', `${url}?schema=crowd`)
    expect([status, body.length]).toEqual([200, CROWD])
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
    expect(new Set(pathsOf(body)).size).toBe(CROWD)
  })

  test('ends broken, not as an array, when the source is lost on the way', async () => {
    afterFirstChunk = async () => {
      await service.source.query(`
        select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`)
    }
    const response = await request(`${await listening()}${url}?schema=crowd`)
    expect(response.statusCode).toBe(200)
    const { text, isWhole } = await readAll(response)
    expect(isWhole).toBe(false)
    expect(text).toMatch(/^\[\{"type":"view"/)
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
  })

  test('the session with the source ends when the client hangs up in the middle of a list', async () => {
    const hungUp = Promise.withResolvers<void>()
    afterFirstChunk = () => hungUp.promise
    const response = await request(`${await listening()}${url}?schema=crowd`)
    const countSessions = async (): Promise<number> => {
      const { rows } = await service.source.query(`
        select from pg_stat_activity where datname = current_database() and application_name = 'headwater'`)
      return rows.length
    }
    await vi.waitFor(async () => expect(await countSessions()).toBe(1), { timeout: 10_000 })
    response.destroy()
    await vi.waitFor(async () => expect(await countSessions()).toBe(0), { timeout: 10_000 })
    hungUp.resolve()
  })
})

async function request(address: string): Promise<IncomingMessage> {
  const [response] = (await once(get(address, { headers: CALLER }), 'response')) as [IncomingMessage]
  return response
}

async function readAll(response: IncomingMessage): Promise<{ text: string; isWhole: boolean }> {
  const parts: Buffer[] = []
  try {
    for await (const part of response) parts.push(part as Buffer)
  } catch {
    // Told by `complete`.
  }
  return { text: Buffer.concat(parts).toString('utf8'), isWhole: response.complete }
}
