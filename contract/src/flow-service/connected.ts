import { type Static, Type } from 'typebox'
import { OPEN, Uuid } from '../schema-parts.ts'
import { ENTITY } from './entities.ts'
import { SOME } from './ids.ts'
import { SpecInfo } from './parts.ts'

/** What source connections and target connections have in common. */

export const BASE_CONNECTION_ID = Uuid(
  'Id of the base connection, which is of the same spec',
  SOME.connection,
)

const BaseConnectionInfo = Type.Object({ id: Uuid('Id of the base connection'), connectionSpec: SpecInfo })

export const ConnectedAttributes = Type.Object(
  { baseConnection: BaseConnectionInfo },
  { title: 'ConnectedAttributes', description: 'What it has from its base connection' },
)
export type ConnectedAttributes = Static<typeof ConnectedAttributes>

export const SchemaReference = Type.Object(
  {
    id: Type.String({ description: '`$id` of the schema', examples: [SOME.schema] }),
    version: Type.Optional(Type.String({ examples: ['application/vnd.adobe.xed-full+json;version=1'] })),
  },
  { ...OPEN, title: 'SchemaReference', description: 'A schema of the registry' },
)

export const CONNECTED = {
  ...ENTITY,
  connectionSpec: SpecInfo,
  baseConnectionId: Type.Optional(BASE_CONNECTION_ID),
  inheritedAttributes: Type.Optional(ConnectedAttributes),
}
