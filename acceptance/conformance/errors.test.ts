import { afterAll, beforeAll, expect } from 'vitest'
import { codeOf, type FlowAnswer } from './flow-client.ts'
import { CHANGEABLE, COLLECTIONS, MADE, NOBODY } from './kinds.ts'
import { provokeRefusals, type Refusal } from './refusals.ts'
import { statement } from './statement.ts'
import { openWorld, type World } from './world.ts'

let world: World
let refusals: readonly Refusal[]

beforeAll(async () => {
  world = await openWorld()
  refusals = await provokeRefusals(world)
})
afterAll(async () => world?.[Symbol.asyncDispose]())

statement(23, 'an error has type, title, status, report, errorMessage and errorDetails', async () => {
  for (const { code, answer } of refusals) {
    expect(answer.headers['content-type'], code).toMatch(/^application\/json/)
    expect(answer.body, code).toMatchObject({
      type: expect.stringMatching(/\S/),
      title: expect.stringMatching(/\S/),
      status: expect.any(Number),
      report: expect.any(Object),
      errorMessage: expect.stringMatching(/\S/),
      errorDetails: expect.stringMatching(/\S/),
    })
    // Clients take a body with an id for a success.
    expect(Object.keys(answer.body), code).not.toContain('id')
  }
})

statement(24, 'the status in an error is the number of the HTTP status', async () => {
  for (const { code, answer } of refusals) {
    expect([code, answer.body.status]).toEqual([code, answer.status])
    expect(answer.status).toBeGreaterThanOrEqual(400)
  }
})

statement(25, 'the type of an error ends with FLOW, four digits and the HTTP status', async () => {
  for (const { code, answer } of refusals) {
    expect(answer.body.type).toBe(`https://ns.adobe.com/aep/errors/FLOW-${code}`)
    expect(answer.body.type).toMatch(new RegExp(`FLOW-\\d{4}-${answer.status}$`))
  }
})

statement(26, 'every error tells the id of its request, which no other has', async () => {
  const again = await provokeRefusals(world)
  const ids = [...refusals, ...again].map(({ answer }) => answer.body.report['request-id'])
  for (const id of ids) expect(id).toMatch(/^\S+$/)
  expect(new Set(ids).size).toBe(2 * refusals.length)
})

statement(27, 'the detailed message of the report is the error message', async () => {
  for (const { answer } of refusals) {
    expect(answer.body.report['detailed-message']).toBe(answer.body.errorMessage)
    expect(answer.body.errorDetails).toBe(answer.body.errorMessage)
  }
})

statement(28, 'an id that nothing has is a 1439-404 whose report names it and its kind', async () => {
  const expected = (collection: string) => ({
    status: 404,
    body: { report: { id: NOBODY, type: collection } },
  })
  for (const collection of COLLECTIONS) {
    const answer = await world.client.get(`/${collection}/${NOBODY}`)
    expect([collection, codeOf(answer)]).toEqual([collection, '1439-404'])
    expect(answer).toMatchObject(expected(collection))
    expect(answer.body.errorMessage).toContain(NOBODY)
  }
  for (const { collection } of CHANGEABLE) {
    const path = `/${collection}/${NOBODY}`
    const body = [{ op: 'replace', path: '/name', value: 'x' }]
    const answers = [await world.client.patch(path, body, '"any"'), await world.client.delete(path)]
    for (const answer of answers) {
      expect([path, codeOf(answer)]).toEqual([path, '1439-404'])
      expect(answer).toMatchObject(expected(collection))
    }
  }
})

/** What clients send by mistake, by accident or to see what happens, as it stands in the path. */
const MALFORMED_IDS = [
  'nonsense',
  '0',
  '-1',
  'null',
  '%7B%7BFLOW_ID%7D%7D',
  '{FLOW_ID}',
  '00000000000040008000000000000000',
  '%7B00000000-0000-4000-8000-000000000000%7D',
  `${NOBODY}x`,
  `${NOBODY},${NOBODY}`,
  "'%20or%20true--",
  "';drop%20table%20flow;--",
  '%20',
  '%F0%9F%90%98',
  '..%2f..%2fetc%2fpasswd',
  '$%7Bjndi:ldap%7D',
  'x'.repeat(900),
  '%ff',
  '%zz',
  '%00',
]

statement(29, 'an id of the wrong form is a 400 or 404 in JSON', async () => {
  const calls = COLLECTIONS.map((collection) => ({ method: 'GET', prefix: `/${collection}`, suffix: '' }))
  for (const { collection } of CHANGEABLE) {
    calls.push({ method: 'DELETE', prefix: `/${collection}`, suffix: '' })
    calls.push({ method: 'PATCH', prefix: `/${collection}`, suffix: '' })
    calls.push({ method: 'POST', prefix: `/${collection}`, suffix: '/action?op=publish' })
  }
  calls.push({ method: 'GET', prefix: '/connections', suffix: '/test' })
  calls.push({ method: 'GET', prefix: '/connections', suffix: '/explore' })
  for (const { method, prefix, suffix } of calls) {
    for (const id of MALFORMED_IDS) {
      const body = method === 'PATCH' ? [{ op: 'replace', path: '/name', value: 'x' }] : undefined
      const headers = { 'if-match': '"any"' }
      const answer = await world.client.call(method, `${prefix}/${id}${suffix}`, { body, headers })
      expect([method, prefix, id, answer.status]).toEqual([method, prefix, id, expect.toBeOneOf([400, 404])])
      expect(answer.body).toMatchObject({ status: answer.status })
    }
  }
})

statement(30, 'no success has a text status at its top', async () => {
  const { client } = world
  const successes: FlowAnswer[] = []
  for (const { collection, make } of MADE) {
    const { id } = await make(world)
    successes.push(await client.get(`/${collection}/${id}`), await client.get(`/${collection}`))
    successes.push(await client.get(`/${collection}?count=true`))
  }
  const { connectionId } = await world.ready()
  const flow = await world.makeFlow()
  successes.push(
    await client.post('/connections', world.connectionBody()),
    await client.post('/sourceConnections', await world.sourceBody()),
    await client.post('/targetConnections', await world.targetBody()),
    await client.post('/flows', await world.flowBody()),
    await client.post('/runs', { flowId: flow.id, status: 'active' }),
    await client.post(`/flows/${flow.id}/action?op=disable`),
    await client.get(`/connections/${connectionId}/test`),
    await client.get(`/connections/${connectionId}/explore`),
    await client.get(
      `/connections/${connectionId}/explore?objectType=table&object=public.orders&preview=true`,
    ),
    await client.get('/connectionSpecs'),
    await client.get('/flowSpecs'),
    await client.post('/flows/search', {}),
    await client.post('/connections/search', {}),
    await client.post('/flowSpecs/search', {}),
  )
  for (const { status, body, text } of successes) {
    expect([status, text]).toEqual([expect.toBeOneOf([200, 201]), text])
    expect(typeof body.status, text).not.toBe('string')
  }
})

statement(34, 'raw quotes, angle brackets and square brackets are taken in a query', async () => {
  const name = world.newName('<raw> [name]')
  const { id } = await world.makeFlow({ name })
  const { sourceConnectionId } = await world.ready()
  const raw = [
    `property=id=="${id}"`,
    `property=id==${id}&property=createdAt>1000`,
    `property=id==${id}&property=createdAt<9999999999999`,
    `property=id==${id}&property=createdAt>=1000&property=createdAt<=9999999999999`,
    `property=id==${id}&property=sourceConnectionIds[]==${sourceConnectionId}`,
    `property=id==${id}&property=sourceConnectionIds[]=="${sourceConnectionId}"`,
    `property=id==${id}&["stray"]=<"[]">`,
    `property=name=="${name.replaceAll(' ', '+')}"`,
    `property=name==${name.replaceAll(' ', '%20')}`,
  ]
  for (const query of raw) {
    const { status, body } = await world.client.get(`/flows?${query}`)
    expect([query, status, body.items?.map((item: { readonly id: string }) => item.id)]).toEqual([
      query,
      200,
      [id],
    ])
  }
})
