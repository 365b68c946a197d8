import { type Static, Type } from 'typebox'
import { AnyObject, Filled, OPEN, Uuid } from '../schema-parts.ts'
import { SOME } from './ids.ts'

/** Specs that administrators register. Members that are not listed are not stored. */

const named = (description: string) => Filled(description, { pattern: '\\S' })

const COMMON = {
  id: Type.Optional(Uuid('The id that the platform has for it, for one; a new one when absent')),
  name: named('Name, which no other spec of the kind has'),
  providerId: named('Id of the provider'),
  version: Type.Optional(
    Type.String({ pattern: '^\\d{1,9}\\.\\d{1,9}$', description: 'Of the spec', default: '1.0' }),
  ),
  type: Type.Optional(named('Free text')),
  attributes: Type.Optional(AnyObject('`category`, `isSource`, `isDraftModeSupported` and so on')),
  permissionsInfo: Type.Optional(AnyObject('Who may see and manage things of this kind')),
  entitlementInfo: Type.Optional(Type.Array(AnyObject('An entitlement'))),
  policy: Type.Optional(AnyObject('`{duleLabels, enforcementRefs}`')),
}

const JsonSchema = AnyObject('A JSON Schema of draft 07')

const part = (description: string) =>
  Type.Optional(Type.Object({ spec: Type.Optional(JsonSchema) }, { ...OPEN, description }))

const namedParts = (description: string) =>
  Type.Optional(
    Type.Array(Type.Object({ name: named('Unique among them'), spec: Type.Optional(JsonSchema) }, OPEN), {
      description,
    }),
  )

export const ConnectionSpecBody = Type.Object(
  {
    ...COMMON,
    settings: Type.Optional(AnyObject('Free')),
    authSpec: namedParts('Ways of authentication; `spec` is that of `auth.params`'),
    encryptionSpecs: namedParts('Ways of encryption'),
    sourceSpec: part('`spec` is that of `params` of a source connection'),
    targetSpec: part('`spec` is that of `params` of a target connection'),
    exploreSpec: Type.Optional(
      Type.Object(
        { requestSpec: Type.Optional(JsonSchema), responseSpec: Type.Optional(JsonSchema) },
        { ...OPEN, description: 'What explore takes and tells' },
      ),
    ),
  },
  {
    ...OPEN,
    title: 'ConnectionSpecBody',
    description: 'A kind of system to be registered',
    examples: [
      {
        name: 'my-database',
        providerId: SOME.provider,
        authSpec: [{ name: 'Basic Authentication', spec: { type: 'object', required: ['password'] } }],
        attributes: { isSource: true, isDraftModeSupported: true },
      },
    ],
  },
)
export type ConnectionSpecBody = Static<typeof ConnectionSpecBody>

const ids = (description: string) => Type.Optional(Type.Array(named('Id'), { description }))
const Transformations = namedParts('`spec` is that of `params` of a transformation')

export const FlowSpecBody = Type.Object(
  {
    ...COMMON,
    sourceConnectionSpecIds: ids('The connection specs of its sources'),
    targetConnectionSpecIds: ids('The connection specs of its targets'),
    optionSpec: part('`spec` is that of `options` of a flow'),
    scheduleSpec: part('`spec` is that of its `scheduleParams`'),
    runSpec: part('`spec` is that of `params` of a run'),
    transformationSpecs: Transformations,
  },
  {
    ...OPEN,
    title: 'FlowSpecBody',
    description:
      'A kind of flow to be registered. `transformationSpecs` may be called `transformationSpec` or `transformationSpecDTOS`',
    examples: [
      {
        name: 'MyTablesToLake',
        providerId: SOME.provider,
        sourceConnectionSpecIds: [SOME.postgres.id],
        targetConnectionSpecIds: [SOME.lake.id],
        transformationSpecs: [{ name: 'Mapping', spec: { type: 'object' } }],
      },
    ],
  },
)
export type FlowSpecBody = Static<typeof FlowSpecBody>
