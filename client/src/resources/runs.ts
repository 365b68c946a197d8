import type { Reference } from '@headwater/contract/flow-service/entities.ts'
import type { Run, RunBody, RunReference } from '@headwater/contract/flow-service/runs.ts'
import type { ToldRunBody } from '@headwater/contract/flow-service/told-run.ts'
import { sleep } from '../retry.ts'
import type { CallOptions, Transport } from '../transport.ts'
import { Collection, FLOW_SERVICE, segment } from './collection.ts'
import type { ActionOptions } from './entities.ts'

/** What can be done with a run. */
export type RunAction = 're-trigger' | 'replay' | 'cancel'

export interface WatchOptions extends CallOptions {
  /** How long to wait between two looks; a second when absent. */
  readonly intervalMs?: number | undefined
}

/** Runs: single executions of flows. */
export class Runs extends Collection<Run> {
  constructor(transport: Transport) {
    super(transport, `${FLOW_SERVICE}/runs`)
  }

  /** Runs a flow once, now. */
  async create(body: RunBody, options: CallOptions = {}): Promise<RunReference> {
    return (await this.transport.call({ ...options, method: 'POST', path: this.path, body })) as RunReference
  }

  /** Notes of a run what its provider knows, as an administrator. */
  async put(id: string, etag: string, body: ToldRunBody, options: CallOptions = {}): Promise<Run> {
    const path = `${this.path}/${segment(id)}`
    return (await this.transport.call({ ...options, method: 'PUT', path, ifMatch: etag, body })) as Run
  }

  /** Does something with a run. @returns the new run, or the one that is cancelled */
  async act(id: string, action: RunAction, options: ActionOptions = {}): Promise<Reference> {
    const path = `${this.path}/${segment(id)}/action`
    const call = { ...options, method: 'POST', path, query: { op: action } } as const
    return (await this.transport.call(call)) as Reference
  }

  /** Repeats a failed run over its window. @returns the new run */
  async retrigger(id: string, options: ActionOptions = {}): Promise<Reference> {
    return await this.act(id, 're-trigger', options)
  }

  /** Brings in the rows that a run has set aside, by the mapping as it is now. @returns the new run */
  async replay(id: string, options: ActionOptions = {}): Promise<Reference> {
    return await this.act(id, 'replay', options)
  }

  /** Ends a run that nobody wants any more; nothing of it is ingested. */
  async cancel(id: string, options: ActionOptions = {}): Promise<Reference> {
    return await this.act(id, 'cancel', options)
  }

  /** The run as it is now, and again whenever it has changed, up to its end. */
  async *watch(
    id: string,
    { intervalMs = 1000, ...options }: WatchOptions = {},
  ): AsyncGenerator<Run, void, undefined> {
    let shown = ''
    for (;;) {
      const run = await this.get(id, options)
      const text = JSON.stringify(run)
      if (text !== shown) yield run
      shown = text
      if (hasEnded(run)) return
      await sleep(intervalMs, options.signal)
    }
  }
}

/** True for a run that has succeeded or failed. */
export function hasEnded({ metrics }: Pick<Run, 'metrics'>): boolean {
  const { status } = metrics.statusSummary
  return status === 'success' || status === 'failed'
}
