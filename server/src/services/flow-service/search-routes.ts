import { Connection } from '@headwater/contract/flow-service/connections.ts'
import { Flow } from '@headwater/contract/flow-service/flows.ts'
import { Page } from '@headwater/contract/flow-service/lists.ts'
import * as search from '@headwater/contract/flow-service/search.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { FlowServiceDependencies } from './dependencies.ts'
import { CONNECTIONS, FLOWS } from './entities/entity-kinds.ts'
import { bodyOf, requireBody, requireStorable } from './entities/request-body.ts'
import { searchEntities } from './lists/list-entities.ts'
import { readSandboxIds } from './lists/sandbox-ids.ts'
import type { SearchRequest } from './lists/search-query.ts'
import { collectionSchema, LIST_ERRORS } from './route-parts.ts'
import { searchSpecs } from './specs/search-flow-specs.ts'
import { readSpecs } from './specs/spec-collections.ts'

const SEARCH_ERRORS = [...LIST_ERRORS, '1405-400'] as const

/** Searches: lists whose parameters come in a body, where they may be longer than a URL. */
export function serveSearchRoutes(service: FastifyInstance, deps: FlowServiceDependencies): void {
  service.post('/connections/search', {
    schema: collectionSchema({
      tag: 'Connections',
      operationId: 'searchConnections',
      permission: 'View Sources',
      errors: SEARCH_ERRORS,
      summary: 'Search base connections',
      query: search.SearchQuery,
      body: search.SearchBody,
      isBodyOptional: true,
      answer: Page(Connection),
    }),
    preValidation: requireSearchBody,
    handler: async (request) => searchEntities(deps, request.scope, CONNECTIONS, searchOf(request)),
  })
  service.post('/flows/search', {
    schema: {
      ...collectionSchema({
        tag: 'Flows',
        operationId: 'searchFlows',
        permission: 'View Sources',
        errors: [...SEARCH_ERRORS, '1424-400', '2103-404'],
        summary: 'Search flows, in this sandbox or in several',
        query: search.SearchQuery,
        body: search.SearchBody,
        isBodyOptional: true,
        answer: Page(Flow),
      }),
      headers: search.CrossSandboxHeaders,
    },
    preValidation: requireSearchBody,
    handler: async (request) => {
      const sandboxIds = readSandboxIds(request.headers['x-active-sandbox-ids'])
      return searchEntities(deps, request.scope, FLOWS, { ...searchOf(request), sandboxIds })
    },
  })
  service.post('/flowSpecs/search', {
    schema: collectionSchema({
      tag: 'Flow specs',
      operationId: 'searchFlowSpecs',
      permission: 'View Sources',
      errors: SEARCH_ERRORS,
      summary: 'Search the kinds of flows',
      query: search.SearchQuery,
      body: search.FlowSpecSearchBody,
      isBodyOptional: true,
      answer: search.FlowSpecSearchAnswer,
    }),
    preValidation: requireSearchBody,
    handler: async (request) => {
      const specs = await readSpecs(deps, request.scope, 'flowSpecs')
      return searchSpecs(deps.keyring, request.scope, specs, searchOf(request))
    },
  })
}

/** A token says everything that a body could say. @throws {FlowProblem} 1405 when there is neither */
async function requireSearchBody(request: FastifyRequest): Promise<void> {
  await (tokenOf(request) === undefined ? requireBody(request) : requireStorable(request))
}

function searchOf(request: FastifyRequest): SearchRequest {
  const continuationToken = tokenOf(request)
  return { body: continuationToken === undefined ? bodyOf(request) : {}, continuationToken }
}

function tokenOf(request: FastifyRequest): string | undefined {
  const { continuationToken: token } = request.query as { readonly continuationToken?: string | undefined }
  return token === '' ? undefined : token
}
