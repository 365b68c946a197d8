import { Type } from 'typebox'
import { Given, OPEN, Text, Texts } from './parts.ts'

/** Creates, patches and actions: what they have in common. */

export const CreateQuery = Type.Object(
  { mode: Text('`draft` to store something incomplete that is published later') },
  OPEN,
)

export const PatchQuery = Type.Object(
  { 'if-match': Text('The etag, for clients that cannot send the header If-Match') },
  OPEN,
)

export const ActionQuery = Type.Object(
  {
    op: Text('The action; neither case nor `-` or `_` matter'),
    subOp: Texts('Part of the action'),
    'if-match': Text('The etag, for clients that cannot send the header If-Match'),
  },
  OPEN,
)

export const IfMatchHeader = Type.Object(
  { 'if-match': Text('The etag of the resource as it was last read') },
  OPEN,
)

const PatchOperation = Type.Object(
  { op: Given('`add`, `replace` or `remove`'), path: Given('JSON Pointer'), value: Given('The new value') },
  OPEN,
)

/** One operation may come without its array. */
export const PatchBody = Type.Union([Type.Array(PatchOperation), PatchOperation, Type.Null()])

/** Actions come with or without a body: how far a provider says to have come. It has no effect here. */
export const ActionBody = Type.Union([
  Type.Object(
    {
      percentCompleted: Given('0 to 100'),
      status: Given('`{value, properties, errors}`'),
      recordTypes: Given('`[{type, extensions}]`'),
    },
    OPEN,
  ),
  Type.Null(),
])
