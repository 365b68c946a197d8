import type { Reference } from '@headwater/contract/flow-service/entities.ts'
import type { Flow, FlowBody, FlowDraft } from '@headwater/contract/flow-service/flows.ts'
import type { SearchBody } from '@headwater/contract/flow-service/search.ts'
import type { Page } from '../pages.ts'
import type { CallOptions, Transport } from '../transport.ts'
import { FLOW_SERVICE } from './collection.ts'
import { type ActionOptions, Entities } from './entities.ts'

export interface FlowSearchOptions extends CallOptions {
  /** Ids of the sandboxes to search; that of the call when absent. */
  readonly sandboxIds?: readonly string[] | undefined
}

/** Flows: standing orders to bring a table into a dataset. */
export class Flows extends Entities<Flow, FlowBody, FlowDraft, 'enable' | 'disable' | 'publish'> {
  constructor(transport: Transport) {
    super(transport, `${FLOW_SERVICE}/flows`)
  }

  /** Finds some, in this sandbox or in several; without members of the body, all. */
  async search(body: SearchBody, { sandboxIds, ...options }: FlowSearchOptions = {}): Promise<Page<Flow>> {
    const headers = sandboxIds === undefined ? {} : { 'x-active-sandbox-ids': sandboxIds.join(',') }
    const call = { ...options, method: 'POST', path: `${this.path}/search`, body, headers } as const
    return (await this.transport.call(call)) as Page<Flow>
  }

  async enable(id: string, options: ActionOptions = {}): Promise<Reference> {
    return await this.act(id, 'enable', options)
  }

  /** Stops the schedule; a run that is under way ends. */
  async disable(id: string, options: ActionOptions = {}): Promise<Reference> {
    return await this.act(id, 'disable', options)
  }

  /** Makes a draft a flow that runs. */
  async publish(id: string, options: ActionOptions = {}): Promise<Reference> {
    return await this.act(id, 'publish', options)
  }
}
