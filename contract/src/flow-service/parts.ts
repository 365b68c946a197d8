import { Type } from 'typebox'

/**
 * What the schemas of the Flow Service are made of. Bodies stay open: clients send members of their own. What a body
 * must have is checked by the service, which answers with a code of its catalogue.
 */

export const OPEN = { additionalProperties: true } as const

export const Text = (description: string) => Type.Optional(Type.String({ description }))

export const Texts = (description: string) => Type.Optional(Type.Array(Type.String(), { description }))

export const AnyObject = (description: string) => Type.Optional(Type.Object({}, { ...OPEN, description }))

/** Read by hand, because a wrong value has a code of its own. */
export const Given = (description: string) => Type.Optional(Type.Unknown({ description }))

export const FlowServicePath = Type.Object({ id: Type.String({ description: 'Id of the resource' }) })

export const SpecInfo = Type.Object(
  { id: Given('Id of the spec'), version: Given('`1.0`; the newest when absent') },
  OPEN,
)
