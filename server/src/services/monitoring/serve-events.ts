import { EVENT_KINDS, type EventsPage, type LiveEvent } from '@headwater/contract/monitoring/events.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AREAS, type Area, holds } from '#http/permissions.ts'
import type { CommonGateway } from '#http/plugins/gateway.ts'
import type { Scope } from '#http/scope.ts'
import type { Database } from '#store/database.ts'
import { type EventFeeds, type Heard, OVERLAP_MS } from './event-feeds.ts'
import { EventStream } from './event-stream.ts'
import { badRequest, nothingToSee, tooManyStreams } from './problems.ts'
import { MOST_CHANGES, readChanges, type SeenEvent } from './read-changes.ts'

export interface EventsDependencies {
  readonly gateway: CommonGateway
  readonly db: Database
  readonly feeds: EventFeeds
  readonly now: () => number
}

/** The areas of which a client may see something in its sandbox. Throws PlainProblem 403 when there is none. */
export function visibleAreas({ grants, sandbox }: Scope): readonly Area[] {
  const areas = AREAS.filter((area) => holds(grants, `View ${area}`, { sandboxId: sandbox.id }))
  if (areas.length === 0) throw nothingToSee(sandbox.name)
  return areas
}

export interface EventsWanted {
  /** Epoch milliseconds. */
  readonly sinceMs: number | undefined
  readonly kinds: ReadonlySet<string>
}

/** @throws {PlainProblem} 400 */
export function readEventsQuery(
  query: Readonly<Record<string, string | undefined>>,
  lastEventId: string | undefined,
): EventsWanted {
  const since = query['since'] ?? lastEventId
  if (since !== undefined && !/^\d{1,16}$/.test(since))
    throw badRequest(
      `The id of the last event must be one that was sent, like 1760000000000, not '${since}'.`,
    )
  const words = query['kinds']?.split(',').map((word) => word.trim())
  const unknown = words?.find((word) => !(EVENT_KINDS as readonly string[]).includes(word))
  if (unknown !== undefined)
    throw badRequest(
      `'kinds' must be of ${EVENT_KINDS.join(', ')}, separated by commas; there is no '${unknown}'.`,
    )
  return { sinceMs: since === undefined ? undefined : Number(since), kinds: new Set(words ?? EVENT_KINDS) }
}

/** What has happened since, for who asks without a stream. */
export async function listEvents(
  { db, now }: EventsDependencies,
  scope: Scope,
  wanted: EventsWanted,
): Promise<EventsPage> {
  const areas = visibleAreas(scope)
  const lastEventId = String(now())
  const missed = await readMissed(db, scope, wanted.sinceMs)
  if (missed === 'too many') return { events: [], lastEventId, isComplete: false }
  const events = missed.filter(isSeenBy(areas, wanted)).map(shownOf)
  return { events, lastEventId, isComplete: true }
}

async function readMissed(db: Database, scope: Scope, sinceMs: number | undefined): Promise<Heard> {
  if (sinceMs === undefined) return []
  const changes = await readChanges(db, placeOf(scope), sinceMs - OVERLAP_MS)
  return changes.length < MOST_CHANGES ? changes : 'too many'
}

function placeOf({ orgId, sandbox }: Scope) {
  return { orgId, sandboxId: sandbox.id }
}

function isSeenBy(areas: readonly Area[], { kinds }: EventsWanted) {
  return ({ area, kind }: SeenEvent) => areas.includes(area) && kinds.has(kind)
}

function shownOf({ kind, id, at, facts }: SeenEvent): LiveEvent {
  return { kind, id, at, facts }
}

/** All streams of a server, so that they can be counted and ended. */
export class EventStreams {
  readonly #deps: EventsDependencies
  readonly #open = new Set<EventStream>()
  readonly #most: number

  constructor(deps: EventsDependencies, { most = 1_000 }: { readonly most?: number | undefined } = {}) {
    this.#deps = deps
    this.#most = most
  }

  /** Answers with a stream: what was missed, and from then on what happens. */
  async open(request: FastifyRequest, reply: FastifyReply, wanted: EventsWanted): Promise<FastifyReply> {
    const { scope } = request
    const { feeds, now } = this.#deps
    const areas = visibleAreas(scope)
    if (this.#open.size >= this.#most) throw tooManyStreams()
    const stream = new EventStream(() => this.#isWelcome(request))
    this.#open.add(stream)
    const tell = (heard: Heard): void => {
      if (heard === 'too many') return stream.say('resync', now())
      for (const event of heard.filter(isSeenBy(areas, wanted))) stream.tell(event, now())
    }
    // Before what was missed is read, so that nothing falls between the two; what comes twice does no harm.
    let early: Heard[] | undefined = []
    const listening = feeds.listen(placeOf(scope), (heard) =>
      early === undefined ? tell(heard) : void early.push(heard),
    )
    const begin = (missed: Heard): void => {
      stream.say('ready', now())
      for (const heard of [missed, ...(early ?? [])]) tell(heard)
      early = undefined
    }
    stream.readable.once('close', () => {
      listening[Symbol.dispose]()
      this.#open.delete(stream)
    })
    void this.#catchUp(stream, { scope, wanted, isReady: listening.isReady, begin })
    return reply
      .header('cache-control', 'no-cache, no-transform')
      .header('x-accel-buffering', 'no')
      .type('text/event-stream')
      .send(stream.readable)
  }

  /** Begins when nothing is missed any more, with what was missed before. */
  async #catchUp(
    stream: EventStream,
    late: {
      readonly scope: Scope
      readonly wanted: EventsWanted
      readonly isReady: Promise<void>
      readonly begin: (missed: Heard) => void
    },
  ): Promise<void> {
    try {
      await late.isReady
      late.begin(await readMissed(this.#deps.db, late.scope, late.wanted.sinceMs))
    } catch {
      // Whoever listens comes again, and asks for the same.
      stream.readable.destroy()
    }
  }

  /** Lets all of them go; they come again, to another server or after the next start. */
  endAll(): void {
    for (const stream of this.#open) stream.end()
  }

  /** A token that has ended, a client that was revoked and a permission that was taken end a stream, too. */
  async #isWelcome({ headers, scope }: FastifyRequest): Promise<boolean> {
    const { verifyToken, findClient } = this.#deps.gateway
    const token = headers.authorization?.replace(/^bearer\s+/i, '') ?? ''
    const [claims, client] = await Promise.all([verifyToken(token), findClient(scope.clientId)])
    if (claims === undefined || client === undefined) return false
    const before = visibleAreas(scope)
    return before.every((area) => holds(client.grants, `View ${area}`, { sandboxId: scope.sandbox.id }))
  }
}
