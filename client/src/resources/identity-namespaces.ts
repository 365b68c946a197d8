import type {
  IdentityNamespace,
  IdentityNamespaceBody,
  IdentityNamespaceList,
} from '@headwater/contract/identity-namespaces.ts'
import type { CallOptions, Transport } from '../transport.ts'
import { segment } from './collection.ts'

const IDENTITIES = '/data/core/idnamespace/identities'

/** Identity namespaces: what an identity is an identity in. */
export class IdentityNamespaces {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Those that every sandbox has, then those of this one. */
  async list(options: CallOptions = {}): Promise<IdentityNamespaceList> {
    const call = { ...options, method: 'GET', path: IDENTITIES } as const
    return (await this.#transport.call(call)) as IdentityNamespaceList
  }

  async get(id: number | string, options: CallOptions = {}): Promise<IdentityNamespace> {
    const path = `${IDENTITIES}/${segment(String(id))}`
    return (await this.#transport.call({ ...options, method: 'GET', path })) as IdentityNamespace
  }

  /** Makes one of the sandbox's own. */
  async create(body: IdentityNamespaceBody, options: CallOptions = {}): Promise<IdentityNamespace> {
    const call = { ...options, method: 'POST', path: IDENTITIES, body } as const
    return (await this.#transport.call(call)) as IdentityNamespace
  }
}
