import type { Answer } from '@headwater/testkit/api-client.ts'
import { CONVERSION, FULL, REGISTRY } from '@headwater/testkit/journey.ts'
import { type FlowAnswer, FlowClient } from '../conformance/flow-client.ts'
import { openWorld, type World } from '../conformance/world.ts'
import { witnessPlatform } from './references.ts'

export const SETS = `${CONVERSION}/mappingSets`
export const LANGUAGE = `${CONVERSION}/languages/el`

const PROFILE = 'https://ns.adobe.com/xdm/context/profile'
const STANDARD_GROUPS = ['profile-person-details', 'profile-personal-details'].map(
  (name) => `https://ns.adobe.com/xdm/context/${name}`,
)

/** Fields of the tenant, one of each type. */
const OWN_FIELDS = {
  text: { type: 'string' },
  flag: { type: 'boolean' },
  count: { type: 'integer' },
  big: { type: 'integer', 'meta:xdmType': 'long' },
  amount: { type: 'number' },
  day: { type: 'string', format: 'date' },
  at: { type: 'string', format: 'date-time' },
  city: { type: 'string' },
}

/** What an expression gave for one row. */
export interface Evaluated {
  readonly value: Answer
  /** Why there is none. */
  readonly error: string | undefined
}

/** A whole server with a schema of persons; every answer of Data Prep is held against the platform's document. */
export class DataPrepWorld implements AsyncDisposable {
  readonly world: World
  readonly client: FlowClient
  readonly schemaId: string

  constructor(world: World, schemaId: string) {
    this.world = world
    this.client = new FlowClient(world.server.client, witnessPlatform)
    this.schemaId = schemaId
  }

  /** A body of a mapping set in modern words. */
  body(mappings: Answer, overrides: Answer = {}): Answer {
    return { outputSchema: { schemaRef: { id: this.schemaId, contentType: FULL } }, mappings, ...overrides }
  }

  async create(mappings: Answer, overrides: Answer = {}): Promise<Answer> {
    const { status, body, text } = await this.client.post(SETS, this.body(mappings, overrides))
    if (status !== 200) throw new Error(`no mapping set: ${status} ${text}`)
    return body
  }

  preview(data: Answer, mappings: Answer): Promise<FlowAnswer> {
    return this.client.post(`${SETS}/preview`, { data, mappingSet: this.body(mappings) })
  }

  /** What expressions give for a row, each as a field of the tenant's: text unless told otherwise. */
  async evaluate(
    expressions: readonly string[],
    row: Answer = {},
    field: keyof typeof OWN_FIELDS = 'text',
  ): Promise<Evaluated[]> {
    const answers = await Promise.all(
      expressions.map((source) =>
        this.preview([row], [{ sourceType: 'EXPRESSION', source, destination: `_headwater.${field}` }]),
      ),
    )
    return answers.map(({ status, body, text }, index) => {
      if (status !== 200) throw new Error(`${expressions[index]}: ${status} ${text}`)
      const [{ data, errors }] = body
      return { value: data._headwater?.[field], error: errors?.[0]?.exception }
    })
  }

  /** The values of expressions, none of which may fail. */
  async valuesOf(
    expressions: readonly string[],
    row: Answer = {},
    field: keyof typeof OWN_FIELDS = 'text',
  ): Promise<Answer[]> {
    const evaluated = await this.evaluate(expressions, row, field)
    return evaluated.map(({ value, error }, index) => {
      if (error !== undefined) throw new Error(`${expressions[index]}: ${error}`)
      return value
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.world[Symbol.asyncDispose]()
  }
}

/** Opens a world of its own for one file: in `beforeAll`, to be disposed of in `afterAll`. */
export async function openDataPrepWorld(): Promise<DataPrepWorld> {
  const world = await openWorld()
  return new DataPrepWorld(world, await makePersons(world))
}

/** A profile schema with the details of persons and the tenant's own fields. */
async function makePersons({ server: { client } }: World): Promise<string> {
  const properties = { _headwater: { type: 'object', properties: OWN_FIELDS } }
  const group = await client.post(`${REGISTRY}/tenant/fieldgroups`, {
    type: 'object',
    title: 'Data Prep fields',
    'meta:intendedToExtend': [PROFILE],
    definitions: { customFields: { type: 'object', properties } },
    allOf: [{ $ref: '#/definitions/customFields' }],
  })
  const schema = await client.post(`${REGISTRY}/tenant/schemas`, {
    type: 'object',
    title: 'Data Prep persons',
    allOf: [PROFILE, ...STANDARD_GROUPS, group.body.$id].map(($ref) => ({ $ref })),
  })
  if (schema.status !== 201) throw new Error(`no schema: ${JSON.stringify(schema.body)}`)
  return schema.body.$id
}
