import { Type } from 'typebox'
import { ENTITY, ENTITY_BODY } from './entities.ts'
import { AnyObject, Given, OPEN, SpecInfo } from './parts.ts'

/** Source connections and target connections: what to read, and where to land it. */

const CONNECTED_BODY = {
  ...ENTITY_BODY,
  connectionSpec: Type.Optional(SpecInfo),
  baseConnectionId: Given('Id of the base connection'),
  data: Given('Format and schema of the data'),
}

export const SourceConnectionBody = Type.Object(
  { ...CONNECTED_BODY, params: Given('`{tableName, columns, filters}`: what to read') },
  OPEN,
)

export const TargetConnectionBody = Type.Object(
  { ...CONNECTED_BODY, params: Given('`{dataSetId}`: where to land it') },
  OPEN,
)

const CONNECTED = {
  ...ENTITY,
  connectionSpec: SpecInfo,
  baseConnectionId: Type.Optional(Type.String()),
  data: Type.Object({}, OPEN),
  params: Type.Object({}, OPEN),
  inheritedAttributes: AnyObject('The base connection'),
}

export const SourceConnection = Type.Object(CONNECTED, OPEN)

export const TargetConnection = Type.Object(CONNECTED, OPEN)
