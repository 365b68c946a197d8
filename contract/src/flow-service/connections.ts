import { type Static, Type } from 'typebox'
import { AnyObject, OPEN } from '../schema-parts.ts'
import { ConnectionAuth } from './auth.ts'
import { ENTITY, Entity } from './entities.ts'
import { SOME, SOME_AUDIT } from './ids.ts'
import { NAMED_BODY, pathOf, SpecInfo, SpecReference } from './parts.ts'

/** Base connections: credentials of a system. */

const BASIC_PARAMS = {
  server: 'db.example.org',
  port: '5432',
  database: 'shop',
  username: 'reader',
  sslMode: 'Require',
} as const

/** Bodies by what is special about them. */
export const CONNECTION_EXAMPLES = {
  basic: {
    summary: 'Credentials as single values',
    value: {
      name: 'Shop',
      description: 'The replica for reports',
      connectionSpec: SOME.postgres,
      auth: { specName: 'Basic Authentication', params: { ...BASIC_PARAMS, password: 'correct horse' } },
    },
  },
  connectionString: {
    summary: 'A connection string',
    value: {
      name: 'Shop',
      connectionSpec: SOME.postgres,
      auth: {
        specName: 'Connection String Based Authentication',
        params: {
          connectionString:
            'Server=db.example.org;Database=shop;Port=5432;UID=reader;Password=correct horse;EncryptionMethod=1',
        },
      },
    },
  },
  draft: {
    summary: 'A draft (`mode=draft`) that is completed later',
    value: { name: 'Shop', connectionSpec: SOME.postgres },
  },
} as const

export const ConnectionBody = Type.Object(
  { ...NAMED_BODY, connectionSpec: SpecReference, auth: ConnectionAuth },
  { ...OPEN, title: 'ConnectionBody', description: 'A base connection to be made' },
)
export type ConnectionBody = Static<typeof ConnectionBody>

export const ConnectionDraft = Type.Object(
  { ...Type.Partial(Type.Object(NAMED_BODY)).properties, connectionSpec: SpecReference },
  { ...OPEN, title: 'ConnectionDraft', description: 'With `mode=draft`: only the spec has to be told' },
)
export type ConnectionDraft = Static<typeof ConnectionDraft>

/** What is taken to create one: complete, or as a draft. */
export const NewConnection = Type.Union([ConnectionBody, ConnectionDraft], {
  description: 'Complete, or with `mode=draft` less',
})

export const ConnectionPath = pathOf('connection', SOME.connection)

export const Connection = Entity(
  'Connection',
  {
    ...ENTITY,
    connectionSpec: SpecInfo,
    auth: Type.Optional(
      Type.Object(
        {
          specName: Type.String({ examples: ['Basic Authentication'] }),
          params: AnyObject('Every parameter as it was sent, with `********` in the place of each secret'),
        },
        { description: 'The way of authentication. A mask that is sent back keeps the secret' },
      ),
    ),
  },
  {
    description: 'Credentials of one system',
    examples: [
      {
        id: SOME.connection,
        ...SOME_AUDIT,
        version: SOME.etag,
        name: 'Shop',
        description: 'The replica for reports',
        state: 'enabled',
        connectionSpec: SOME.postgres,
        auth: { specName: 'Basic Authentication', params: { ...BASIC_PARAMS, password: '********' } },
        lastOperation: { started: 1760000000000, updated: 0, operation: 'create' },
      },
    ],
  },
)
export type Connection = Static<typeof Connection>
