import { Type } from 'typebox'
import { OPEN, Text } from './parts.ts'

/** Specs: what can be connected, and how. */

export const Spec = Type.Object(
  { id: Type.String(), name: Type.String(), providerId: Type.String(), version: Type.String() },
  OPEN,
)

export const SpecConfigQuery = Type.Object(
  {
    outputType: Text('Kind of configuration'),
    outputField: Text('Field to return'),
    start: Text('Index of the first item; 0 when absent'),
    limit: Text('Items on a page, 1 to 100; 20 when absent'),
  },
  OPEN,
)

export const SpecConfigs = Type.Object({
  items: Type.Array(Type.Object({}, OPEN)),
  pageInfo: Type.Object({ hasNext: Type.Boolean() }),
})
