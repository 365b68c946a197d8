import { Type } from 'typebox'
import { ENTITY, ENTITY_BODY } from './entities.ts'
import { AnyObject, Given, OPEN, SpecInfo } from './parts.ts'

/** Base connections: credentials of a system. */

export const ConnectionBody = Type.Object(
  {
    ...ENTITY_BODY,
    connectionSpec: Type.Optional(SpecInfo),
    auth: Given('`{specName, params}`: one of the ways of authentication of the connection spec'),
  },
  OPEN,
)

export const Connection = Type.Object(
  {
    ...ENTITY,
    connectionSpec: SpecInfo,
    auth: AnyObject('The way of authentication and its parameters, secrets masked'),
  },
  OPEN,
)
