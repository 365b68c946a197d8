import type {
  ChangingSandbox,
  CreateSandboxBody,
  NewSandbox,
  PatchSandboxBody,
  Sandbox,
  SandboxChangeQuery,
  SandboxList,
  SandboxListQuery,
  SandboxTypeList,
} from '@headwater/contract/sandboxes.ts'
import type { CallOptions, Query, Transport } from '../transport.ts'
import { segment } from './collection.ts'

const SANDBOXES = '/data/foundation/sandbox-management'

/** Sandboxes: the spaces of an organization. */
export class Sandboxes {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Those that can be worked in. */
  async listActive(query: SandboxListQuery = {}, options: CallOptions = {}): Promise<SandboxList> {
    return await this.#list('', query, options)
  }

  /** All of them, whatever their state. */
  async list(query: SandboxListQuery = {}, options: CallOptions = {}): Promise<SandboxList> {
    return await this.#list('/sandboxes', query, options)
  }

  /** What a sandbox can be for. */
  async listTypes(options: CallOptions = {}): Promise<SandboxTypeList> {
    const call = { ...options, method: 'GET', path: `${SANDBOXES}/sandboxTypes` } as const
    return (await this.#transport.call(call)) as SandboxTypeList
  }

  async get(name: string, options: CallOptions = {}): Promise<Sandbox> {
    const path = `${SANDBOXES}/sandboxes/${segment(name)}`
    return (await this.#transport.call({ ...options, method: 'GET', path })) as Sandbox
  }

  /** Makes one; it is active a moment later. */
  async create(body: CreateSandboxBody, options: CallOptions = {}): Promise<NewSandbox> {
    const call = { ...options, method: 'POST', path: `${SANDBOXES}/sandboxes`, body } as const
    return (await this.#transport.call(call)) as NewSandbox
  }

  async patch(name: string, body: PatchSandboxBody, options: CallOptions = {}): Promise<Sandbox> {
    const path = `${SANDBOXES}/sandboxes/${segment(name)}`
    return (await this.#transport.call({ ...options, method: 'PATCH', path, body })) as Sandbox
  }

  /** Empties one: it is active again when everything in it is gone. */
  async reset(
    name: string,
    query: SandboxChangeQuery = {},
    options: CallOptions = {},
  ): Promise<ChangingSandbox> {
    const path = `${SANDBOXES}/sandboxes/${segment(name)}`
    const call = {
      ...options,
      method: 'PUT',
      path,
      query: query as Query,
      body: { action: 'reset' },
    } as const
    return (await this.#transport.call(call)) as ChangingSandbox
  }

  /** Deletes one with everything in it, which takes a while. */
  async delete(
    name: string,
    query: SandboxChangeQuery = {},
    options: CallOptions = {},
  ): Promise<ChangingSandbox> {
    const path = `${SANDBOXES}/sandboxes/${segment(name)}`
    const call = { ...options, method: 'DELETE', path, query: query as Query } as const
    return (await this.#transport.call(call)) as ChangingSandbox
  }

  async #list(path: string, query: SandboxListQuery, options: CallOptions): Promise<SandboxList> {
    const call = { ...options, method: 'GET', path: SANDBOXES + path, query: query as Query } as const
    return (await this.#transport.call(call)) as SandboxList
  }
}
