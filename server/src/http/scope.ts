import type { Grant } from './permissions.ts'

/** Who calls and in which space; every read and write of a service is confined to it. */
export interface Scope {
  readonly orgId: string
  readonly tenantId: string
  readonly sandbox: {
    readonly id: string
    readonly name: string
    readonly type: 'production' | 'development'
  }
  readonly clientId: string
  /** `<24 hex>@techacct.adobe.com`: what createdBy and updatedBy show. */
  readonly userId: string
  /** Holds {@link ADMIN_SCOPE}: may write specs and tell of runs. */
  readonly isAdmin: boolean
  /** What it may do where; routes say what they need, and the gateway checks it. */
  readonly grants: readonly Grant[]
}

/** The scope of a client that administers its organisation. */
export const ADMIN_SCOPE = 'headwater_admin'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the gateway plugin; routes outside of it have none and must not read it. */
    scope: Scope
  }
}
