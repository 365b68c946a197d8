import type { PatchInstruction, StateAction } from '@headwater/contract/flow-service/changes.ts'
import type { Reference } from '@headwater/contract/flow-service/entities.ts'
import type { CallOptions } from '../transport.ts'
import { Collection, segment } from './collection.ts'

/** Options of a change that may be meant for one version. */
export interface ChangeOptions extends CallOptions {
  /** The etag of that version; any when absent. */
  readonly ifMatch?: string | undefined
}

/** Options of an action. */
export interface ActionOptions extends ChangeOptions {
  /** How far a provider is; clients that provide no source send nothing. */
  readonly body?: StateAction | undefined
}

/** The changes that connections, source and target connections, flows and subscriptions have. */
export abstract class Entities<Item, Body, Draft, Action extends string> extends Collection<Item> {
  /** Makes one. */
  async create(body: Body, options: CallOptions = {}): Promise<Reference> {
    return (await this.post('', body, options)) as Reference
  }

  /** Makes one that may be incomplete, and is published later. */
  async createDraft(body: Draft, options: CallOptions = {}): Promise<Reference> {
    const call = { ...options, method: 'POST', path: this.path, query: { mode: 'draft' }, body } as const
    return (await this.transport.call(call)) as Reference
  }

  /**
   * Changes one, all operations or none.
   *
   * @param etag of the version that the change is meant for
   * @throws HeadwaterError with the code FLOW-1404-412 when it was changed meanwhile
   */
  async patch(
    id: string,
    etag: string,
    operations: readonly PatchInstruction[],
    options: CallOptions = {},
  ): Promise<Reference> {
    const path = `${this.path}/${segment(id)}`
    const call = { ...options, method: 'PATCH', path, ifMatch: etag, body: operations } as const
    return (await this.transport.call(call)) as Reference
  }

  async delete(id: string, options: ChangeOptions = {}): Promise<void> {
    await this.transport.call({ ...options, method: 'DELETE', path: `${this.path}/${segment(id)}` })
  }

  /** Does something with one. */
  async act(id: string, action: Action, options: ActionOptions = {}): Promise<Reference> {
    return (await this.actWith(id, action, options)) as Reference
  }

  protected async actWith(id: string, action: string, options: ActionOptions): Promise<unknown> {
    const path = `${this.path}/${segment(id)}/action`
    return await this.transport.call({ ...options, method: 'POST', path, query: { op: action } })
  }

  protected async post(path: string, body: unknown, options: CallOptions): Promise<unknown> {
    return await this.transport.call({ ...options, method: 'POST', path: this.path + path, body })
  }
}
