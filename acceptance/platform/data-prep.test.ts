import type { Answer } from '@headwater/testkit/api-client.ts'
import { FULL } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { statement } from '../conformance/statement.ts'
import { type DataPrepWorld, LANGUAGE, openDataPrepWorld, SETS } from './data-prep-world.ts'
import { DOCUMENTED_FUNCTIONS } from './documented-functions.ts'

let world: DataPrepWorld

beforeAll(async () => {
  world = await openDataPrepWorld()
})

afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
})

const FIRST_NAME = { sourceType: 'ATTRIBUTE', source: 'first', destination: 'person.name.firstName' }
const CITY = { sourceType: 'EXPRESSION', source: 'upper(town)', destination: 'homeAddress.city' }
/** What the schema gives a person of whom nothing else is said. */
const DEFAULTS = { gender: 'not_specified', maritalStatus: 'not_specified' }

statement(113, 'Create returns 200 (not 201) with a 32-hex id and `version:0`.', async () => {
  const { status, body } = await world.client.post(SETS, world.body([FIRST_NAME]))
  expect(status).toBe(200)
  const times = [body.createdDate, body.modifiedDate]
  expect(body).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    version: 0,
    createdDate: times[0],
    modifiedDate: times[0],
    createdBy: expect.stringMatching(/./),
    modifiedBy: body.createdBy,
  })
  // As aepp asks, by Python's spelling.
  expect((await world.client.post(`${SETS}?validate=False`, world.body([FIRST_NAME]))).status).toBe(200)
})

statement(
  114,
  "The tutorial's legacy body is accepted and later reads back with both `source` and `sourceAttribute`, and with `outputSchema.schemaRef.id`.",
  async () => {
    const mapping = {
      destinationXdmPath: 'person.birthDate',
      sourceAttribute: 'Datefield',
      identity: false,
      identityGroup: null,
      namespaceCode: null,
      version: 0,
    }
    const legacy = { version: 0, xdmSchema: world.schemaId, xdmVersion: '1.0', id: null, mappings: [mapping] }
    const oldest = {
      schemaRef: { id: world.schemaId, contentType: FULL },
      status: 'DRAFT',
      mappings: [mapping],
    }
    for (const given of [legacy, oldest]) {
      const made = await world.client.post(SETS, given)
      expect([made.status, made.body.version]).toEqual([200, 0])
      const { body } = await world.client.get(`${SETS}/${made.body.id}`)
      expect(body).toMatchObject({
        version: 0,
        outputSchema: { schemaRef: { id: world.schemaId } },
        schemaRef: { id: world.schemaId },
        xdmSchema: world.schemaId,
        xdmVersion: '1.0',
        mappings: [
          {
            source: 'Datefield',
            sourceAttribute: 'Datefield',
            destination: 'person.birthDate',
            destinationXdmPath: 'person.birthDate',
            identity: false,
          },
        ],
      })
    }
  },
)

statement(115, 'PUT increments `version`; `?version=0` still returns the old one.', async () => {
  const { id } = await world.create([FIRST_NAME])
  const put = await world.client.put(`${SETS}/${id}`, world.body([CITY]))
  expect([put.status, put.body.version, put.body.id]).toEqual([200, 1, id])
  const sources = async (query: string): Promise<Answer> => {
    const { body } = await world.client.get(`${SETS}/${id}${query}`)
    return [body.version, body.mappings.map((mapping: Answer) => mapping.source)]
  }
  expect(await sources('?version=0')).toEqual([0, ['first']])
  expect(await sources('?version=1')).toEqual([1, ['upper(town)']])
  expect(await sources('')).toEqual([1, ['upper(town)']])
  expect((await world.client.get(`${SETS}/${id}?version=2`)).status).toBe(404)
  const listed = await world.client.get(`${SETS}?limit=100`)
  const [newest] = listed.body.data.filter((set: Answer) => set.id === id)
  expect(newest.version).toBe(1)
})

statement(116, 'A set read and PUT back unchanged is identical in behaviour.', async () => {
  const constant = { sourceType: 'STATIC', source: 'Rome', destination: '_headwater.city' }
  const named = { ...FIRST_NAME, name: 'first', description: 'given name', identity: false }
  const { id } = await world.create([named, CITY, constant], { name: 'round trip', tags: [{ name: 'a' }] })
  const { body: before } = await world.client.get(`${SETS}/${id}`)
  const { body: after } = await world.client.put(`${SETS}/${id}`, before)
  const { body: read } = await world.client.get(`${SETS}/${id}`)
  expect(read).toEqual(after)
  const behaviour = (set: Answer): Answer =>
    JSON.parse(
      JSON.stringify(set, (name, value) =>
        ['version', 'modifiedDate', 'modifiedBy'].includes(name) ? undefined : value,
      ),
    )
  expect(behaviour(after)).toEqual(behaviour(before))
  const rows = [{ first: 'Ada', town: 'london' }, { town: null }]
  const [one, other] = await Promise.all(
    [before, after].map((set) => world.client.post(`${SETS}/preview`, { data: rows, mappingSet: set })),
  )
  expect(one?.body).toEqual(other?.body)
  expect(one?.body[0].data).toEqual({
    person: { name: { firstName: 'Ada' }, ...DEFAULTS },
    homeAddress: { city: 'LONDON' },
    _headwater: { city: 'Rome' },
  })
})

statement(
  117,
  'Validate returns one entry per mapping, FAILED for an unknown destination or function.',
  async () => {
    const { status, body } = await world.client.post(
      `${SETS}/validate`,
      world.body([
        FIRST_NAME,
        { ...FIRST_NAME, destination: 'person.name.nickname' },
        { ...CITY, source: 'uper(town)' },
        { ...CITY, source: 'upper(town' },
        { ...CITY, destination: '_headwater.text', source: 'concat(town, "!")' },
      ]),
    )
    expect(status).toBe(200)
    const { validationResponse } = body
    expect(validationResponse.map((one: Answer) => one.status)).toEqual([
      'SUCCESS',
      'FAILED',
      'FAILED',
      'FAILED',
      'SUCCESS',
    ])
    expect(validationResponse[0].errors).toBeNull()
    expect(validationResponse[1].errors).toEqual([
      {
        destination: 'person.name.nickname',
        source: 'first',
        columnName: 'first',
        sourceType: 'ATTRIBUTE',
        exception: expect.stringContaining('person.name.nickname'),
      },
    ])
    expect(validationResponse[2].errors[0]).toMatchObject({
      destination: 'homeAddress.city',
      source: 'uper(town)',
      sourceType: 'EXPRESSION',
      exception: expect.stringContaining('"upper"'),
    })
    // The same is refused when it shall be stored, with the same list.
    const refused = await world.client.post(SETS, world.body([{ ...CITY, source: 'uper(town)' }]))
    expect([refused.status, refused.body.errors]).toEqual([400, validationResponse[2].errors])
  },
)

statement(118, 'Preview of `{id:1234,…}` yields `_id:"1234"` and `errors:null`.', async () => {
  const { status, body } = await world.preview({ id: 1234, firstName: 'Jim', lastName: 'Seltzer' }, [
    {
      sourceType: 'ATTRIBUTE',
      source: 'id',
      destination: '_id',
      name: 'id',
      description: 'Identifier field',
    },
    { sourceType: 'ATTRIBUTE', source: 'firstName', destination: 'person.name.firstName' },
    { sourceType: 'ATTRIBUTE', source: 'lastName', destination: 'person.name.lastName' },
  ])
  expect([status, body]).toEqual([
    200,
    [
      {
        data: { _id: '1234', person: { name: { firstName: 'Jim', lastName: 'Seltzer' }, ...DEFAULTS } },
        errors: null,
      },
    ],
  ])
})

statement(119, 'Preview accepts `data` as object and as array and returns an array.', async () => {
  const single = await world.preview({ first: 'Ada' }, [FIRST_NAME])
  expect(single.body).toEqual([
    { data: { person: { name: { firstName: 'Ada' }, ...DEFAULTS } }, errors: null },
  ])
  const several = await world.preview([{ first: 'Ada' }, {}, { first: ['x'] }], [FIRST_NAME])
  expect(several.body.slice(0, 2)).toEqual([...single.body, { data: {}, errors: null }])
  // What goes wrong is placed, and belongs to its row.
  expect(several.body[2]).toEqual({
    data: {},
    errors: [
      {
        destination: 'person.name.firstName',
        source: 'first',
        columnName: 'first',
        sourceType: 'ATTRIBUTE',
        exception: expect.stringContaining('ARRAY'),
      },
    ],
  })
  expect((await world.preview([], [FIRST_NAME])).body).toEqual([])
  expect((await world.preview('x', [FIRST_NAME])).status).toBe(400)
})

statement(
  120,
  '`/languages/el/functions` contains every function of 8.5 with the documented keys.',
  async () => {
    const { status, body } = await world.client.get(`${LANGUAGE}/functions`)
    expect(status).toBe(200)
    const names = new Set(body.map((entry: Answer) => entry.function))
    const refused = DOCUMENTED_FUNCTIONS.filter((name) => !names.has(name))
    expect(refused).toEqual([
      'ua_os_name',
      'ua_os_version_major',
      'ua_os_version',
      'ua_os_name_version',
      'ua_agent_version',
      'ua_agent_version_major',
      'ua_agent_name',
      'ua_device_class',
      'fpid_to_ecid',
    ])
    for (const entry of body) {
      expect(Object.keys(entry).sort(), entry.function).toEqual(
        ['category', 'function', 'description', 'syntax', 'returns', 'returnType']
          .concat(['example', 'result', 'params', 'since'])
          .sort(),
      )
      expect(entry.description, entry.function).toMatch(/\w+ \w+/)
      for (const [index, param] of entry.params.entries())
        expect(param).toEqual({
          name: expect.stringMatching(/\w/),
          description: expect.stringMatching(/\w/),
          type: expect.stringMatching(/\w/),
          dataType: expect.stringMatching(/\w/),
          position: index + 1,
        })
    }
    // What is left out is refused when the set is made, with the reason.
    for (const name of refused) {
      const { status: refusal, body: answer } = await world.client.post(
        SETS,
        world.body([{ ...CITY, source: `${name}(town)` }]),
      )
      expect([refusal, answer.errors[0].exception]).toEqual([
        400,
        expect.stringContaining(`"${name}" is not available: `),
      ])
    }
  },
)

statement(
  121,
  '`/languages/el/operators` contains `add`, `divide`, `complement`, `negate`, `not` with arities 2,2,1,1,1.',
  async () => {
    const { status, body } = await world.client.get(`${LANGUAGE}/operators`)
    expect(status).toBe(200)
    const wanted = ['add', 'divide', 'complement', 'negate', 'not']
    const operands = wanted.map((name) => {
      const found = body.find((operator: Answer) => operator.methodName === name)
      return [found.operatorSymbol, found.numberOfOperands]
    })
    expect(operands).toEqual([
      ['+', 2],
      ['/', 2],
      ['~', 1],
      ['-', 1],
      ['!', 1],
    ])
    for (const operator of body)
      expect(operator).toEqual({
        operatorSymbol: expect.any(String),
        methodName: expect.any(String),
        numberOfOperands: expect.any(Number),
        description: expect.stringMatching(/\w+ \w+/),
        example: expect.stringMatching(/\S/),
      })
  },
)

statement(
  122,
  'Expression validate: `concat("Hi", ",")` succeeds, `concat("Hi"` fails, both with HTTP 200.',
  async () => {
    const validate = (expression: Answer) => world.client.post(`${LANGUAGE}/validate`, { expression })
    const good = await validate('concat("Hi", ",")')
    expect([good.status, good.body]).toEqual([200, { validationStatus: 'succeeded', error: 'none' }])
    const bad = await validate('concat("Hi"')
    expect([bad.status, bad.body.validationStatus]).toEqual([200, 'failed'])
    expect(bad.body.error).toMatch(/ends too early.*"\)"/)
    // The published example nests the expression once more.
    expect((await validate({ expression: '1 + 2' })).body.validationStatus).toBe('succeeded')
    for (const given of [undefined, null, 7, ['1']]) expect((await validate(given)).status).toBe(400)
  },
)
