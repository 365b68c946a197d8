import { IfMatchHeader } from '@headwater/contract/flow-service/changes.ts'
import { FlowServiceError } from '@headwater/contract/flow-service/errors/error.ts'
import { FlowServicePath } from '@headwater/contract/flow-service/parts.ts'
import type { FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import type { JsonObject } from '#kit/json.ts'
import type { ChangeRequest } from './entities/change-entity.ts'
import { textOf } from './entities/entity-document.ts'
import type { EntityKindName } from './entities/entity-kinds.ts'
import { readIfMatch } from './entities/if-match.ts'

export const BASE_PATH = '/data/foundation/flowservice'

const ERRORS = { '4xx': FlowServiceError }

/** What a route tells of itself, and the schemas of what it takes and gives. */
export interface RouteFacts {
  readonly operationId: string
  readonly summary: string
  readonly answer: unknown
  /** 200 when absent. */
  readonly status?: number | undefined
  readonly query?: unknown
  readonly body?: unknown
  readonly hasIfMatch?: boolean | undefined
}

/** The schema of a route of a collection. */
export function collectionSchema(facts: RouteFacts): FastifySchema {
  const { operationId, summary, answer, status = 200, query, body } = facts
  return {
    ...({ tags: ['Flow Service'], operationId, summary } as FastifySchema),
    ...(query === undefined ? {} : { querystring: query }),
    ...(body === undefined ? {} : { body }),
    ...(facts.hasIfMatch === true ? { headers: IfMatchHeader } : {}),
    response: { [status]: answer, ...ERRORS },
  }
}

/** The schema of a route of one resource. */
export function itemSchema(facts: RouteFacts): FastifySchema {
  return { ...collectionSchema(facts), params: FlowServicePath }
}

export function idOf(request: FastifyRequest): string {
  return (request.params as { readonly id: string }).id
}

/** True for `?mode=draft`. */
export function isDraft(request: FastifyRequest): boolean {
  return (request.query as { readonly mode?: string }).mode?.toLowerCase() === 'draft'
}

/** The id, the version and the body of a request that changes one resource. */
export function changeOf(request: FastifyRequest): ChangeRequest {
  return { id: idOf(request), ifMatch: readIfMatch(request), body: request.body, signal: request.signal }
}

/** Answers 201 with the reference of what was created, and where it is. */
export function sendCreated(reply: FastifyReply, kind: EntityKindName, document: JsonObject): FastifyReply {
  const { id, etag } = referenceOf(document)
  return reply
    .code(201)
    .header('location', `${BASE_PATH}/${kind}/${id}`)
    .header('etag', etag)
    .send({ id, etag })
}

export function referenceOf(document: JsonObject): { readonly id: string; readonly etag: string } {
  return { id: textOf(document, 'id'), etag: textOf(document, 'etag') }
}
