import {
  expectStatus,
  ORG,
  openServiceWorld,
  PROD,
  SCOPE,
  type ServiceWorld,
} from '@headwater/testkit/service-world.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FindSchema } from '#http/neighbours.ts'
import { MappingSetReader } from './mapping-set-store.ts'
import { registerDataPrep } from './routes.ts'

const BASE = '/data/foundation/conversion'
const SCHEMA = 'https://ns.adobe.com/acme/schemas/people'
const CONTENT_TYPE = 'application/vnd.adobe.xed-full+json;version=1'

let world: ServiceWorld
let nowMs = 1_760_000_000_000

const findSchema: FindSchema = async (_scope, id) =>
  id === SCHEMA || id === '_acme.schemas.people'
    ? {
        ...{
          id: SCHEMA,
          version: '1.0',
          title: 'People',
          classId: 'https://ns.adobe.com/xdm/context/profile',
        },
        behavior: 'record',
        full: {
          type: 'object',
          properties: {
            _id: { type: 'string' },
            person: {
              type: 'object',
              properties: {
                birthDate: { type: 'string', format: 'date', 'meta:xdmType': 'date' },
                name: {
                  type: 'object',
                  properties: { firstName: { type: 'string' }, lastName: { type: 'string' } },
                },
              },
            },
            age: { type: 'integer' },
          },
        },
      }
    : undefined

beforeAll(async () => {
  world = await openServiceWorld((app, parts) =>
    registerDataPrep(app, { ...parts, now: () => nowMs++, findSchema, sampleSource: async () => undefined }),
  )
})

afterAll(() => world[Symbol.asyncDispose]())

const call = (
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) => world.call(method, BASE + path, { body, headers })

const outputSchema = { schemaRef: { id: SCHEMA, contentType: CONTENT_TYPE } }
const FIRST_NAME = { sourceType: 'ATTRIBUTE', source: 'first_name', destination: 'person.name.firstName' }

async function create(body: object): Promise<string> {
  const answer = await call('POST', '/mappingSets', body)
  expectStatus(answer, 200)
  return answer.body.id
}

describe('creating', () => {
  test('answers 200 with version 0 and who made it', async () => {
    const answer = await call('POST', '/mappingSets?validate=False', { outputSchema, mappings: [FIRST_NAME] })
    expect(answer).toMatchObject({
      status: 200,
      body: { id: expect.stringMatching(/^[0-9a-f]{32}$/), version: 0, createdBy: SCOPE.userId },
    })
    expect(answer.body.createdDate).toBe(answer.body.modifiedDate)
  })

  test('takes the body of the database tutorial and gives it back in all words', async () => {
    const id = await create({
      ...{ version: 0, xdmSchema: SCHEMA, xdmVersion: '1.0', id: null },
      mappings: [
        {
          destinationXdmPath: 'person.birthDate',
          sourceAttribute: 'Datefield',
          identity: false,
          identityGroup: null,
          namespaceCode: null,
          version: 0,
        },
      ],
    })
    const { body } = await call('GET', `/mappingSets/${id}`)
    expect(body).toMatchObject({
      id,
      version: 0,
      outputSchema: { schemaRef: { id: SCHEMA } },
      xdmSchema: SCHEMA,
      xdmVersion: '1.0',
    })
    expect(body.mappings).toEqual([
      expect.objectContaining({
        ...{ source: 'Datefield', sourceAttribute: 'Datefield', sourceType: 'text/x.schema-path' },
        ...{ destination: 'person.birthDate', destinationXdmPath: 'person.birthDate' },
      }),
    ])
  })

  test('a schema may be named by its other id', async () => {
    const id = await create({ xdmSchema: '_acme.schemas.people', mappings: [] })
    expect((await call('GET', `/mappingSets/${id}`)).body.outputSchema.schemaRef.id).toBe(SCHEMA)
  })

  test('is refused with everything that is wrong', async () => {
    const mappings = [
      { source: 'a', destination: 'person.nickname' },
      FIRST_NAME,
      { sourceType: 'EXPRESSION', source: 'shout(b)', destination: 'person.name.lastName' },
      { sourceType: 'EXPRESSION', source: 'concat(', destination: '_id' },
      { source: 'c', destination: 'person.name.firstName' },
      { sourceType: 'STATIC', source: 'old', destination: 'age' },
    ]
    const { status, body } = await call('POST', '/mappingSets', { outputSchema, mappings })
    expect([status, body.title, body.status]).toEqual([400, 'BadRequestError', 400])
    expect(body.errors.map(({ destination }: { destination: string }) => destination)).toEqual([
      ...['person.nickname', 'person.name.lastName', '_id', 'person.name.firstName', 'age'],
    ])
    expect(body.errors[1]).toMatchObject({
      source: 'shout(b)',
      sourceType: 'EXPRESSION',
      exception: expect.stringContaining('shout'),
    })
    expect(body.detail).toContain('and 4 more')
  })

  test.each([
    [{ outputSchema: { schemaRef: { id: `${SCHEMA}x` } }, mappings: [] }, 'does not exist'],
    [{ outputSchema }, "'mappings'"],
    [undefined, 'body'],
  ])('%j is refused', async (body, detail) => {
    expect(await call('POST', '/mappingSets', body)).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining(detail) },
    })
  })
})

describe('versions', () => {
  test('a set that is read and sent back unchanged means the same', async () => {
    const id = await create({
      name: 'x',
      outputSchema,
      mappings: [FIRST_NAME, { sourceType: 'EXPRESSION', source: 'upper(a)', destination: '_id' }],
    })
    const { body: before } = await call('GET', `/mappingSets/${id}`)
    const put = await call('PUT', `/mappingSets/${id}`, before)
    expect(put).toMatchObject({
      status: 200,
      body: { id, version: 1, name: 'x', createdDate: before.createdDate },
    })
    const findSummary = new MappingSetReader(world.db).findSummary
    const [first, second] = [await findSummary(SCOPE, id, 0), await findSummary(SCOPE, id)]
    expect(second).toEqual({ ...first, version: 1 })
    expect(first).toMatchObject({ id, version: 0, newestVersion: 1, schemaId: SCHEMA })
    expect(first?.entries[1]).toEqual({ sourceType: 'EXPRESSION', source: 'upper(a)', destination: '_id' })
  })

  test('older versions stay readable, the newest is the default', async () => {
    const id = await create({ outputSchema, mappings: [FIRST_NAME] })
    await call('PUT', `/mappingSets/${id}`, { outputSchema, mappings: [] })
    expect((await call('GET', `/mappingSets/${id}`)).body).toMatchObject({ version: 1, mappings: [] })
    expect((await call('GET', `/mappingSets/${id}?version=0`)).body).toMatchObject({
      version: 0,
      mappings: [{ source: 'first_name' }],
    })
    expect((await call('GET', `/mappingSets/${id}?version=2`)).status).toBe(404)
    expect((await call('GET', `/mappingSets/${id}?version=x`)).status).toBe(400)
    expect((await call('GET', `/mappingSets/${id}?version=`)).body.version).toBe(1)
    expect(await new MappingSetReader(world.db).findSummary(SCOPE, id, 7)).toBeUndefined()
  })

  test('writers at the same time get a version each', async () => {
    const id = await create({ outputSchema, mappings: [] })
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => call('PUT', `/mappingSets/${id}`, { outputSchema, mappings: [] })),
    )
    expect(answers.map(({ body }) => body.version).toSorted()).toEqual([1, 2, 3, 4, 5])
  })

  test('what is not there is 404', async () => {
    for (const method of ['GET', 'DELETE'] as const)
      expect((await call(method, '/mappingSets/0000')).status).toBe(404)
    expect((await call('PUT', '/mappingSets/0000', { outputSchema, mappings: [] })).status).toBe(404)
    const id = await create({ outputSchema, mappings: [] })
    expect((await call('GET', `/mappingSets/${id}`, undefined, { 'x-sandbox-name': 'dev' })).status).toBe(404)
  })

  test('mappings are readable one by one', async () => {
    const id = await create({ outputSchema, mappings: [FIRST_NAME] })
    const { body: mappings } = await call('GET', `/mappingSets/${id}/mappings`)
    expect(mappings).toHaveLength(1)
    expect((await call('GET', `/mappingSets/${id}/mappings/${mappings[0].id}`)).body).toEqual(mappings[0])
    expect((await call('GET', `/mappingSets/${id}/mappings/0`)).status).toBe(404)
  })

  test('the schema comes along when asked for', async () => {
    const id = await create({ outputSchema, mappings: [] })
    const { body } = await call('GET', `/mappingSets/${id}?expandSchema=True`)
    expect(body.outputSchema.jsonSchema.properties).toHaveProperty('person')
    expect((await call('GET', `/mappingSets/${id}`)).body.outputSchema).not.toHaveProperty('jsonSchema')
  })
})

test('lists the newest versions by page, name and schema', async () => {
  const ids: string[] = []
  for (const name of ['list-a', 'list-b', 'list-c'])
    ids.push(await create({ name, outputSchema, mappings: [] }))
  await call('PUT', `/mappingSets/${ids[0]}`, { name: 'list-a', outputSchema, mappings: [] })
  const first = await call('GET', '/mappingSets?limit=2&orderBy=-updatedDate')
  expect(first.body.data.map((set: { name: string; version: number }) => [set.name, set.version])).toEqual([
    ['list-a', 1],
    ['list-c', 0],
  ])
  expect(first.body._page).toEqual({ limit: 2, count: expect.any(Number) })
  expect(first.body._links.next.href).toContain('start=2&limit=2')
  const second = await call('GET', '/mappingSets?limit=1&start=2&orderBy=-updatedDate')
  expect(second.body.data[0].id).toBe(ids[1])
  const named = await call('GET', '/mappingSets?name=list-b')
  expect(named.body).toMatchObject({ data: [{ id: ids[1] }], _page: { count: 1, limit: 10 }, _links: {} })
  expect(
    (await call('GET', '/mappingSets?name=list-b&property=outputSchema.schemaRef.id==other')).body.data,
  ).toEqual([])
  expect((await call('GET', '/mappingSets?limit=0')).status).toBe(400)
})

describe('deleting', () => {
  test('takes all versions', async () => {
    const id = await create({ outputSchema, mappings: [] })
    await call('PUT', `/mappingSets/${id}`, { outputSchema, mappings: [] })
    expect((await call('DELETE', `/mappingSets/${id}`)).status).toBe(204)
    expect((await call('GET', `/mappingSets/${id}?version=0`)).status).toBe(404)
  })

  test('is refused while a flow uses it', async () => {
    const id = await create({ outputSchema, mappings: [] })
    const flowId = 'a1b2c3d4-0000-4000-8000-0000000000aa'
    const document = JSON.stringify({
      transformations: [{ name: 'Mapping', params: { mappingId: id, mappingVersion: 0 } }],
    })
    const common = {
      org_id: ORG,
      sandbox_id: PROD,
      state: 'enabled',
      etag: '"1"',
      created_at: 1,
      updated_at: 1,
    } as const
    const links = {
      source_connection_id: null,
      target_connection_id: null,
      next_run_at: null,
      watermark_at: null,
    }
    await world.db
      .insertInto('flow')
      .values({ ...common, ...links, id: flowId, name: 'nightly', flow_spec_id: flowId, document })
      .execute()
    expect(await call('DELETE', `/mappingSets/${id}`)).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('nightly') },
    })
    expect((await call('GET', `/mappingSets/${id}`)).status).toBe(200)
  })
})

describe('trying', () => {
  test('validation has an entry for each mapping', async () => {
    const mappings = [
      FIRST_NAME,
      { source: 'a', destination: 'nowhere' },
      { sourceType: 'EXPRESSION', source: 'no_such(1)', destination: '_id' },
    ]
    const { status, body } = await call('POST', '/mappingSets/validate', { outputSchema, mappings })
    expect(status).toBe(200)
    expect(body.validationResponse.map((entry: { status: string }) => entry.status)).toEqual([
      'SUCCESS',
      'FAILED',
      'FAILED',
    ])
    expect(body.validationResponse[0].errors).toBeNull()
    expect(body.validationResponse[1].errors[0]).toMatchObject({ destination: 'nowhere', source: 'a' })
  })

  const mappingSet = {
    outputSchema,
    mappings: [
      { sourceType: 'ATTRIBUTE', source: 'id', destination: '_id' },
      { sourceType: 'EXPRESSION', source: 'upper(firstName)', destination: 'person.name.firstName' },
      { sourceType: 'ATTRIBUTE', source: 'years', destination: 'age' },
    ],
  }

  test('a preview maps one row or many', async () => {
    const one = await call('POST', '/mappingSets/preview', {
      data: { id: 1234, firstName: 'Jim' },
      mappingSet,
    })
    expect(one).toMatchObject({
      status: 200,
      body: [{ data: { _id: '1234', person: { name: { firstName: 'JIM' } } }, errors: null }],
    })
    const many = await call('POST', '/mappingSets/preview', {
      data: [{ id: 1 }, { id: 2, years: 30 }],
      mappingSet,
    })
    expect(many.body.map((row: { data: object }) => row.data)).toEqual([{ _id: '1' }, { _id: '2', age: 30 }])
  })

  test('a preview tells why a field has no value', async () => {
    const { body } = await call('POST', '/mappingSets/preview', {
      data: { id: 1, years: 'many' },
      mappingSet,
    })
    expect(body).toEqual([
      {
        data: { _id: '1' },
        errors: [
          {
            destination: 'age',
            source: 'years',
            columnName: 'years',
            sourceType: 'ATTRIBUTE',
            exception: expect.any(String),
          },
        ],
      },
    ])
  })

  test.each([[{ mappingSet }], [{ data: ['x'], mappingSet }], [{ data: {} }]])(
    'a preview of %j is refused',
    async (body) => {
      expect((await call('POST', '/mappingSets/preview', body)).status).toBe(400)
    },
  )
})

describe('language', () => {
  test('lists functions and operators', async () => {
    const functions = await call('GET', '/languages/el/functions')
    const concat = functions.body.find((entry: { function: string }) => entry.function === 'concat')
    expect(Object.keys(concat).toSorted()).toEqual([
      'category',
      'description',
      'example',
      'function',
      'params',
      'result',
      'returnType',
      'returns',
      'since',
      'syntax',
    ])
    expect(Object.keys(concat.params[0]).toSorted()).toEqual([
      'dataType',
      'description',
      'name',
      'position',
      'type',
    ])
    expect((await call('GET', '/languages/el/operators')).body[0]).toMatchObject({
      operatorSymbol: '+',
      methodName: 'add',
      numberOfOperands: 2,
    })
  })

  test('an expression is right or wrong, both with 200', async () => {
    expect(await call('POST', '/languages/el/validate', { expression: 'concat("Hi", ",")' })).toMatchObject({
      status: 200,
      body: { validationStatus: 'succeeded', error: 'none' },
    })
    expect(await call('POST', '/languages/el/validate', { expression: 'concat("Hi"' })).toMatchObject({
      status: 200,
      body: { validationStatus: 'failed' },
    })
    expect((await call('POST', '/languages/el/validate', {})).status).toBe(400)
  })
})
