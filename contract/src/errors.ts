import { type Static, Type } from 'typebox'

/** Errors in shapes that several services share. */

/** Refused by the headers, before any service was reached. */
export const GatewayError = Type.Object(
  {
    error_code: Type.String({ description: 'Stable', examples: ['403003'] }),
    message: Type.String(),
  },
  { title: 'GatewayError', additionalProperties: false },
)
export type GatewayError = Static<typeof GatewayError>

/** The shape of Catalog, Data Access and queries, and of what no service answers for. */
export const PlainError = Type.Object(
  {
    type: Type.String({ description: 'Always `/placeholder/type/uri`' }),
    status: Type.Integer({ description: 'The HTTP status' }),
    title: Type.String({ description: 'The kind of error', examples: ['NotFoundError'] }),
    detail: Type.String({ description: 'What is wrong and what to do' }),
  },
  { title: 'PlainError', additionalProperties: false },
)
export type PlainError = Static<typeof PlainError>
