import * as contract from '@headwater/contract/identity-namespaces.ts'
import type { FastifyInstance } from 'fastify'
import { describeOnly, requireObjects } from '#http/describe-only.ts'
import { writeErrors } from '#http/error-writer.ts'
import { type CommonGateway, guardRoutes } from '#http/plugins/gateway.ts'
import type { JsonObject } from '#kit/json.ts'
import type { Database } from '#store/database.ts'
import { createNamespace } from './create-namespace.ts'
import { NamespaceReader } from './namespace-store.ts'
import {
  NAMESPACE_DENIAL,
  NAMESPACE_ERRORS,
  NAMESPACE_FAMILY,
  namespaceNotFound,
  sandboxUnknown,
} from './problems.ts'

export interface IdentityNamespaceDependencies {
  readonly db: Database
  readonly now: () => number
  readonly gateway: CommonGateway
}

/** `/data/core/idnamespace`: what identities are identities in. */
export async function registerIdentityNamespaces(
  app: FastifyInstance,
  deps: IdentityNamespaceDependencies,
): Promise<void> {
  await app.register(async (service) => serve(service, deps), { prefix: '/data/core/idnamespace' })
}

const TAGS = ['Identity namespaces']

function serve(service: FastifyInstance, deps: IdentityNamespaceDependencies): void {
  describeOnly(service)
  requireObjects(service)
  writeErrors(service, NAMESPACE_FAMILY)
  guardRoutes(service, {
    ...deps.gateway,
    sandboxNotFound: sandboxUnknown,
    area: 'Schemas',
    denial: NAMESPACE_DENIAL,
  })
  const namespaces = new NamespaceReader(deps.db)
  service.get('/identities', {
    schema: {
      tags: TAGS,
      operationId: 'listIdentityNamespaces',
      summary: 'List the identity namespaces',
      response: { 200: contract.IdentityNamespaceList },
    },
    handler: ({ scope }) => namespaces.list(scope),
  })
  service.post<{ Body: JsonObject }>('/identities', {
    schema: {
      tags: TAGS,
      operationId: 'createIdentityNamespace',
      summary: 'Make an identity namespace',
      errors: [NAMESPACE_ERRORS.NAMESPACE_CODE_CONFLICT],
      body: contract.IdentityNamespaceBody,
      response: { 201: contract.IdentityNamespace },
    },
    handler: async ({ scope, body }, reply) => reply.code(201).send(await createNamespace(deps, scope, body)),
  })
  service.get<{ Params: { readonly id: string } }>('/identities/:id', {
    schema: {
      tags: TAGS,
      operationId: 'getIdentityNamespace',
      summary: 'Look up an identity namespace',
      errors: [NAMESPACE_ERRORS.NAMESPACE_NOT_FOUND],
      params: contract.IdentityNamespaceParams,
      response: { 200: contract.IdentityNamespace },
    },
    handler: async ({ scope, params }) => {
      const namespace = await namespaces.findById(scope, params.id)
      if (namespace === undefined) throw namespaceNotFound(params.id)
      return namespace
    },
  })
}
