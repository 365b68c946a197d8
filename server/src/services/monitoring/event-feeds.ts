import { Rounds } from '#kit/rounds.ts'
import type { Log } from '#log/log.ts'
import type { Database } from '#store/database.ts'
import { type EventPlace, MOST_CHANGES, readChanges, readRunning, type SeenEvent } from './read-changes.ts'

export interface EventFeedsOptions {
  readonly db: Database
  readonly log: Pick<Log, 'debug'>
  readonly now: () => number
  /** Between two looks; a second when absent. */
  readonly pauseMs?: number | undefined
}

/**
 * A transaction may write its time and be committed later than others that are younger, and clocks of servers differ.
 * What waits longer than twenty seconds between two statements is given up by the database, so that this is enough.
 */
export const OVERLAP_MS = 60_000

/** Events, or that more has happened than can be told. */
export type Heard = readonly SeenEvent[] | 'too many'

export interface Listening extends Disposable {
  /** From then on nothing is missed. */
  readonly isReady: Promise<void>
}

/**
 * What happens in sandboxes, for whoever listens. Each server asks the database once a second for each sandbox that
 * somebody listens to, however many they are, and not at all when nobody does: nothing has to be told when something
 * is written, and whatever server has written it, all find it.
 */
export class EventFeeds implements AsyncDisposable {
  readonly #options: EventFeedsOptions
  readonly #feeds = new Map<string, Feed>()

  constructor(options: EventFeedsOptions) {
    this.#options = options
  }

  /** Calls `hear` with what happens, until it is disposed. */
  listen(place: EventPlace, hear: (heard: Heard) => void): Listening {
    const key = `${place.orgId} ${place.sandboxId}`
    const feed = this.#feeds.get(key) ?? new Feed(this.#options, place)
    this.#feeds.set(key, feed)
    feed.listeners.add(hear)
    return {
      isReady: feed.isReady,
      [Symbol.dispose]: () => {
        feed.listeners.delete(hear)
        if (feed.listeners.size > 0) return
        this.#feeds.delete(key)
        void feed.stop()
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#feeds.values()].map((feed) => feed.stop()))
    this.#feeds.clear()
  }
}

const PAUSE_MS = 1_000

/** One sandbox. */
class Feed {
  readonly listeners = new Set<(heard: Heard) => void>()
  readonly isReady: Promise<void>
  readonly #options: EventFeedsOptions
  readonly #place: EventPlace
  readonly #rounds: Rounds
  readonly #becomeReady: () => void
  /** Thing → the version of it that was told, and when that was. */
  #told = new Map<string, { readonly version: string; readonly at: number }>()
  /** When it was looked last and worked; before the first time nothing is told. */
  #lookedMs: number | undefined

  constructor(options: EventFeedsOptions, place: EventPlace) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.isReady = promise
    this.#becomeReady = resolve
    this.#options = options
    this.#place = place
    this.#rounds = new Rounds({
      pauseMs: options.pauseMs ?? PAUSE_MS,
      round: () => this.#look(),
      onError: (error) => options.log.debug({ err: error }, 'could not look for events, will try again'),
    })
    this.#rounds.start()
  }

  stop(): Promise<void> {
    return this.#rounds.stop()
  }

  async #look(): Promise<void> {
    const { db, now } = this.#options
    const nowMs = now()
    const sinceMs = Math.min(this.#lookedMs ?? nowMs, nowMs) - OVERLAP_MS
    const [changes, running] = await Promise.all([
      readChanges(db, this.#place, sinceMs),
      readRunning(db, this.#place, nowMs),
    ])
    const isFirst = this.#lookedMs === undefined
    const fresh = this.#remember([...changes, ...running], sinceMs)
    this.#lookedMs = nowMs
    this.#becomeReady()
    if (changes.length === MOST_CHANGES) this.#tell('too many')
    // What was there when the first one came is not news; how far runs are he cannot know.
    else this.#tell(isFirst ? fresh.filter(({ kind }) => kind === 'progress') : fresh)
  }

  /** Those that are new, or other than they were told. */
  #remember(seen: readonly SeenEvent[], sinceMs: number): readonly SeenEvent[] {
    const fresh = seen.filter((event) => this.#told.get(keyOf(event))?.version !== event.version)
    for (const event of fresh) this.#told.set(keyOf(event), { version: event.version, at: event.at })
    this.#told = new Map([...this.#told].filter(([, { at }]) => at >= sinceMs))
    return fresh
  }

  #tell(heard: Heard): void {
    if (heard.length === 0) return
    for (const hear of this.listeners) hear(heard)
  }
}

/** Everything that somebody does is a thing of its own. */
function keyOf({ kind, id, version }: SeenEvent): string {
  return kind === 'change' ? `${kind} ${version}` : `${kind} ${id}`
}
