import { type Static, Type } from 'typebox'
import { SOME } from '../flow-service/ids.ts'
import { Count, OPEN, Words } from '../schema-parts.ts'

/** Who has changed what by the API, and who was refused. */

export const AUDIT_OUTCOMES = ['done', 'denied', 'failed'] as const

export const AuditQuery = Type.Object(
  {
    start: Type.Optional(
      Type.String({ description: 'From then on, in ISO 8601', examples: ['2025-10-01T00:00:00Z'] }),
    ),
    end: Type.Optional(
      Type.String({ description: 'Up to then, in ISO 8601', examples: ['2025-10-31T00:00:00Z'] }),
    ),
    operation: Type.Optional(
      Type.String({ description: 'Operations whose ids begin like this', examples: ['deleteFlow'] }),
    ),
    resourceId: Type.Optional(Type.String({ description: 'What it was done to', examples: [SOME.flow] })),
    userId: Type.Optional(Type.String({ description: 'Who did it', examples: [SOME.user] })),
    outcome: Type.Optional(Words(AUDIT_OUTCOMES, { description: 'How it went' })),
    limit: Count('How many entries to return', { minimum: 1, maximum: 500, default: 50 }),
    continuationToken: Type.Optional(
      Type.String({ description: '`next` of the page before', examples: ['1041'] }),
    ),
  },
  OPEN,
)
export type AuditQuery = Static<typeof AuditQuery>

export const AuditEntry = Type.Object(
  {
    id: Type.String({ description: 'Grows with time', examples: ['1042'] }),
    at: Type.Integer({ description: 'When, in epoch milliseconds' }),
    operation: Type.String({
      description: 'Its operationId in the document of the API',
      examples: ['patchFlow'],
    }),
    action: Type.Optional(
      Type.String({ description: 'Which one, of operations that know several', examples: ['disable'] }),
    ),
    area: Type.String({ description: 'What the permission was about', examples: ['Sources'] }),
    resourceId: Type.Optional(Type.String({ description: 'What it was done to, or what it made' })),
    resourceName: Type.Optional(Type.String({ description: 'The name that it was given' })),
    outcome: Words(AUDIT_OUTCOMES, {
      description: '`denied` for want of a permission; `failed` by a fault of the server',
    }),
    status: Type.Integer({ description: 'The HTTP status of the answer' }),
    userId: Type.String({ description: 'Who asked', examples: [SOME.user] }),
    clientId: Type.String({ description: 'By which client', examples: [SOME.client] }),
    requestId: Type.String({ description: 'Of the answer, and in the log of the server' }),
  },
  { title: 'AuditEntry', description: 'A request that was to change something' },
)
export type AuditEntry = Static<typeof AuditEntry>

export const AuditPage = Type.Object(
  {
    entries: Type.Array(AuditEntry, { description: 'The newest first' }),
    next: Type.Optional(Type.String({ description: 'Token of the next page; absent on the last' })),
  },
  {
    title: 'AuditPage',
    description: 'Requests that were to change something',
    examples: [
      {
        entries: [
          {
            id: '1042',
            at: 1_760_000_000_000,
            operation: 'actOnFlow',
            action: 'disable',
            area: 'Sources',
            resourceId: SOME.flow,
            outcome: 'done',
            status: 200,
            userId: SOME.user,
            clientId: SOME.client,
            requestId: '8b1f7a52-3c64-4e0d-9a6f-5d2e1c0b9a87',
          },
        ],
        next: '1041',
      },
    ],
  },
)
export type AuditPage = Static<typeof AuditPage>
