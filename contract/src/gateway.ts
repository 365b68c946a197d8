import { Type } from 'typebox'

/** Headers that every service behind the gateway reads, besides those that say who calls. */
export const GatewayHeaders = Type.Object({
  'x-sandbox-name': Type.Optional(
    Type.String({
      title: 'SandboxName',
      description: 'The sandbox to work in; the default one of the organization when absent',
      examples: ['prod'],
    }),
  ),
  'x-request-id': Type.Optional(
    Type.String({
      title: 'RequestId',
      pattern: '^[A-Za-z0-9_.:-]{1,128}$',
      description: 'An id of your own for this request; the answer and the log repeat it',
    }),
  ),
})
