import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FlowClient } from '../conformance/flow-client.ts'
import { statement } from '../conformance/statement.ts'
import { witnessPlatform } from './references.ts'

/** Identity namespaces: what everybody has, what a sandbox makes of its own, and who takes part in them. */
const IDENTITIES = '/data/core/idnamespace/identities'

let server: TestServer
let client: FlowClient

beforeAll(async () => {
  server = await startTestServer()
  client = new FlowClient(server.client, witnessPlatform)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
})

statement(144, 'Namespace list contains `Email` and `ECID`.', async () => {
  const { status, body } = await client.get(IDENTITIES)
  expect(status).toBe(200)
  const byCode = new Map(body.map((namespace: { code: string }) => [namespace.code, namespace]))
  expect(byCode.get('Email')).toMatchObject({
    id: 6,
    name: 'Email',
    idType: 'EMAIL',
    custom: false,
    status: 'ACTIVE',
  })
  expect(byCode.get('ECID')).toMatchObject({ id: 4, idType: 'COOKIE', custom: false })
  expect([...byCode.keys()]).toEqual(expect.arrayContaining(['Phone', 'CRMID', 'AdCloud', 'TNTID']))
  expect((await client.get(`${IDENTITIES}/`)).body).toEqual(body)
})

test('a namespace is looked up by its id, and one that is not there is 404', async () => {
  expect((await client.get(`${IDENTITIES}/6`)).body).toMatchObject({ code: 'Email', id: 6 })
  for (const id of ['17', 'x', '99999999999999999999', '-1']) {
    const { status, body } = await client.get(`${IDENTITIES}/${id}`)
    expect([status, body.code], id).toEqual([404, 'NAMESPACE_NOT_FOUND'])
    expect(body.message).toContain(id)
  }
})

test('a namespace of one’s own has a new id, is listed last, and is the sandbox’s alone', async () => {
  const wanted = { code: 'Loyalty', name: 'Loyalty number', idType: 'CROSS_DEVICE', description: 'Of cards' }
  const made = await client.post(IDENTITIES, wanted)
  expect([made.status, made.body]).toEqual([
    201,
    {
      ...wanted,
      id: expect.any(Number),
      status: 'ACTIVE',
      custom: true,
      createTime: expect.any(Number),
      updateTime: made.body.createTime,
    },
  ])
  expect((await client.get(`${IDENTITIES}/${made.body.id}`)).body).toEqual(made.body)
  expect((await client.get(IDENTITIES)).body.at(-1)).toEqual(made.body)
})

test('a code that is taken, in whatever case, is a conflict', async () => {
  const own = { code: 'Till', name: 'Tills', idType: 'DEVICE' }
  expect((await client.post(IDENTITIES, own)).status).toBe(201)
  for (const code of ['Till', 'TILL', 'Email', 'email']) {
    const { status, body } = await client.post(IDENTITIES, { ...own, code })
    expect([status, body.code], code).toEqual([409, 'NAMESPACE_CODE_CONFLICT'])
    expect(body.message).toContain(code)
  }
})

test.each([
  ['no code', { name: 'x', idType: 'COOKIE' }, 'code'],
  ['a code with a blank', { code: 'a b', name: 'x', idType: 'COOKIE' }, 'a b'],
  ['no name', { code: 'Ab', idType: 'COOKIE' }, 'name'],
  ['an unknown type', { code: 'Ab', name: 'x', idType: 'FRIDGE' }, 'FRIDGE'],
  [
    'a description that is no text',
    { code: 'Ab', name: 'x', idType: 'COOKIE', description: 1 },
    'description',
  ],
])('a body with %s is refused with the reason', async (_, body, word) => {
  const answer = await client.post(IDENTITIES, body)
  expect([answer.status, answer.body.code]).toEqual([400, 'NAMESPACE_INVALID'])
  expect(answer.body.message).toContain(word)
})
