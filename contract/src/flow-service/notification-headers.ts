import { Type } from 'typebox'

/** The headers of a notification, as Standard Webhooks 1.0 has them. */
export const NotificationHeaders = Type.Object({
  'webhook-id': Type.String({
    format: 'uuid',
    description: 'The `event_id` of the body, the same in every attempt',
    examples: ['aec55616-1715-487f-8044-ba648cc8ffee'],
  }),
  'webhook-timestamp': Type.String({
    description: 'When this attempt was made, in seconds',
    examples: ['1670444685'],
  }),
  'webhook-signature': Type.String({
    description:
      'Signatures separated by blanks: `v1,` and the Base64 of HMAC-SHA256 over `id.timestamp.body`, one for each secret that signs',
    examples: ['v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4='],
  }),
})
