import { type Static, Type } from 'typebox'
import { SOME } from '../flow-service/ids.ts'
import { AnyObject, OPEN, Words } from '../schema-parts.ts'

/** What happens in a sandbox, told as it happens. */

export const EVENT_KINDS = ['run', 'progress', 'flow', 'batch', 'change'] as const

const AT = 1_760_000_000_000

const EventId = Type.String({
  pattern: '^\\d{1,16}$',
  description: 'Where the reader stands: sent back, it brings what has happened since',
  examples: [String(AT)],
})

export const EventsQuery = Type.Object(
  { since: Type.Optional(EventId), kinds: Type.Optional(kindsParameter()) },
  OPEN,
)
export type EventsQuery = Static<typeof EventsQuery>

function kindsParameter() {
  return Type.String({
    description: `Only these kinds, separated by commas, of ${EVENT_KINDS.join(', ')}; all when absent`,
    examples: ['run,progress'],
  })
}

export const EventsHeaders = Type.Object(
  {
    accept: Type.Optional(
      Type.String({ description: '`text/event-stream` for the stream; JSON otherwise', title: 'Accept' }),
    ),
    'last-event-id': Type.Optional(
      Type.String({
        title: 'Last-Event-ID',
        description: 'Id of the last event that was seen, as browsers send it; the same as `since`',
        examples: [String(AT)],
      }),
    ),
  },
  OPEN,
)

export const LiveEvent = Type.Object(
  {
    kind: Words(EVENT_KINDS, {
      description:
        '`run` has come or changed its state, `progress` is how far a run is, `flow` was made or changed, `batch` of a dataset has come or changed, `change` is what somebody has done by the API, deleting included',
    }),
    id: Type.String({
      description: 'Of the run, the flow, the batch, or what was changed',
      examples: [SOME.run],
    }),
    at: Type.Integer({ description: 'When, in epoch milliseconds', examples: [AT] }),
    facts: AnyObject('What is known of it: state and flow of a run, rows and slices of its progress'),
  },
  {
    title: 'LiveEvent',
    description: 'Something that has happened. It may come twice, and never goes missing',
  },
)
export type LiveEvent = Static<typeof LiveEvent>

const SOME_EVENT = {
  kind: 'run',
  id: SOME.run,
  at: AT,
  facts: { flowId: SOME.flow, flowName: 'Orders', status: 'inProgress' },
} as const

export const EventsPage = Type.Object(
  {
    events: Type.Array(LiveEvent, { description: 'The oldest first; none without `since`' }),
    lastEventId: EventId,
    isComplete: Type.Boolean({
      description: 'False when more has happened than is told: read anew what you show',
    }),
  },
  {
    title: 'EventsPage',
    description: 'What has happened since',
    examples: [{ events: [SOME_EVENT], lastEventId: String(AT + 1000), isComplete: true }],
  },
)
export type EventsPage = Static<typeof EventsPage>

export const EventStream = Type.Unsafe<string>({
  type: 'string',
  description:
    'Server-sent events. `ready` opens the stream, `resync` says that more has happened than is told, `end` that the token or its client is not good any more; all others are named after their kind, with `id`, `at` and `facts` as JSON. A comment comes every 15 seconds',
})
