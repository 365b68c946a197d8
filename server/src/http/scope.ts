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
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the gateway plugin; routes outside of it have none and must not read it. */
    scope: Scope
  }
}
