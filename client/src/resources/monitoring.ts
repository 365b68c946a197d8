import type { AuditPage, AuditQuery } from '@headwater/contract/monitoring/audit.ts'
import type { EventsPage, EventsQuery, LiveEvent } from '@headwater/contract/monitoring/events.ts'
import type { Ingestion, IngestionQuery } from '@headwater/contract/monitoring/ingestion.ts'
import type { RunDetail } from '@headwater/contract/monitoring/run-detail.ts'
import type { LakeTable, TableFiles } from '@headwater/contract/monitoring/tables.ts'
import { HeadwaterError } from '../error.ts'
import { sleep } from '../retry.ts'
import { readServerEvents } from '../server-events.ts'
import type { CallOptions, Transport } from '../transport.ts'
import { segment } from './collection.ts'

const PATH = '/monitoring'

/** What a stream brings: something that happened, that it is open, or that everything shown has to be read anew. */
export type Heard =
  | LiveEvent
  | { readonly kind: 'ready' }
  | { readonly kind: 'resync' }
  | { readonly kind: 'lost' }

export interface ListenOptions extends CallOptions {
  /** Only these; all when absent. */
  readonly kinds?: readonly LiveEvent['kind'][] | undefined
  /** The longest pause before a stream that broke is asked for again; half a minute when absent. */
  readonly maxPauseMs?: number | undefined
}

/** A token that is not taken, and what was asked for wrongly, are no better at the next try. */
const HOPELESS: ReadonlySet<number> = new Set([400, 401, 403, 404])

const FIRST_PAUSE_MS = 500
const MAX_PAUSE_MS = 30_000

/** What goes on, what has come in, and who has changed what. */
export class Monitoring {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** What has happened since an event. */
  async events(query: EventsQuery = {}, options: CallOptions = {}): Promise<EventsPage> {
    return (await this.#get('/events', query, options)) as EventsPage
  }

  /**
   * Hears what happens, until the signal is aborted. A stream that breaks is asked for again where it broke; `lost`
   * says that it did, `ready` that it is there.
   *
   * @throws HeadwaterError when the server refuses to tell
   */
  async *listen(options: ListenOptions): AsyncGenerator<Heard, void, undefined> {
    let lastEventId: string | undefined
    let pauseMs = FIRST_PAUSE_MS
    const isOver = (): boolean => options.signal?.aborted === true
    while (!isOver()) {
      try {
        for await (const { id, event, data } of this.#stream(lastEventId, options)) {
          lastEventId = id ?? lastEventId
          pauseMs = FIRST_PAUSE_MS
          if (event === 'end') break
          yield heardOf(event, data)
        }
      } catch (error) {
        if (isOver()) return
        if (error instanceof HeadwaterError && HOPELESS.has(error.status)) throw error
      }
      if (isOver()) return
      yield { kind: 'lost' }
      await sleep(pauseMs, options.signal).catch(() => {})
      pauseMs = Math.min(pauseMs * 2, options.maxPauseMs ?? MAX_PAUSE_MS)
    }
  }

  async *#stream(lastEventId: string | undefined, { kinds, ...options }: ListenOptions) {
    const response = await this.#transport.respond({
      ...options,
      method: 'GET',
      path: `${PATH}/events`,
      query: { kinds: kinds?.join(',') },
      headers: {
        accept: 'text/event-stream',
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
    })
    if (response.body !== null) yield* readServerEvents(response.body)
  }

  /** What runs have brought over time, by flow and by source. */
  async ingestion(query: IngestionQuery, options: CallOptions = {}): Promise<Ingestion> {
    return (await this.#get('/ingestion', query, options)) as Ingestion
  }

  /** How far a run is, slice by slice. */
  async run(id: string, options: CallOptions = {}): Promise<RunDetail> {
    return (await this.#get(`/runs/${segment(id)}`, {}, options)) as RunDetail
  }

  /** The table of a dataset: where it is, its fields and snapshots. */
  async table(datasetId: string, options: CallOptions = {}): Promise<LakeTable> {
    return (await this.#get(`/datasets/${segment(datasetId)}`, {}, options)) as LakeTable
  }

  /** The data files of a table, the newest first. */
  async tableFiles(
    datasetId: string,
    query: { readonly snapshot?: string | undefined; readonly start?: number; readonly limit?: number } = {},
    options: CallOptions = {},
  ): Promise<TableFiles> {
    return (await this.#get(`/datasets/${segment(datasetId)}/files`, query, options)) as TableFiles
  }

  /** Who has changed what, and who was refused; the newest first. */
  async audit(query: AuditQuery = {}, options: CallOptions = {}): Promise<AuditPage> {
    return (await this.#get('/audit', query, options)) as AuditPage
  }

  async #get(path: string, query: object, options: CallOptions): Promise<unknown> {
    const call = {
      ...options,
      method: 'GET',
      path: PATH + path,
      query: query as Readonly<Record<string, string>>,
    }
    return await this.#transport.call(call as Parameters<Transport['call']>[0])
  }
}

function heardOf(event: string, data: string): Heard {
  if (event === 'ready' || event === 'resync') return { kind: event }
  return { kind: event as LiveEvent['kind'], ...(JSON.parse(data) as Omit<LiveEvent, 'kind'>) }
}
