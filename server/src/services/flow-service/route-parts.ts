import { IfMatchHeader, OptionalIfMatchHeader } from '@headwater/contract/flow-service/changes.ts'
import { Reference } from '@headwater/contract/flow-service/entities.ts'
import type { FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import { Type } from 'typebox'
import { answerWith, type NamedExamples } from '#http/openapi/route-docs.ts'
import type { Permission } from '#http/permissions.ts'
import type { JsonObject } from '#kit/json.ts'
import type { ChangeRequest } from './entities/change-entity.ts'
import { textOf } from './entities/entity-document.ts'
import type { EntityKindName } from './entities/entity-kinds.ts'
import { readIfMatch } from './entities/if-match.ts'
import { documentFlowErrors, type FlowCode } from './problems.ts'

export const BASE_PATH = '/data/foundation/flowservice'

/** What a route tells of itself, and the schemas of what it takes and gives. */
export interface RouteFacts {
  readonly tag: string
  readonly operationId: string
  readonly summary: string
  readonly description?: string | undefined
  /** A schema, or a documented answer with headers. */
  readonly answer: unknown
  /** Examples of the answer, where its schema brings none. */
  readonly answerExamples?: NamedExamples | undefined
  /** 200 when absent. */
  readonly status?: number | undefined
  readonly query?: unknown
  readonly body?: unknown
  readonly bodyExamples?: NamedExamples | undefined
  readonly isBodyOptional?: boolean | undefined
  /** Whether the version of the resource has to be told, or may be. */
  readonly ifMatch?: 'needed' | 'optional' | undefined
  /** Codes of its errors, besides those of every operation. */
  readonly errors: readonly FlowCode[]
  /** What it needs, where that does not follow from its method. */
  readonly permission?: Permission | 'none' | undefined
}

/** Errors of the operations that every kind of resource has. */
export const LIST_ERRORS = [
  '1401-400',
  '1432-400',
  '1433-400',
  '1438-400',
  '1440-400',
  '1441-400',
  '1442-400',
  '1443-400',
  '1448-400',
  '1449-400',
  '1450-400',
  '1452-400',
  '1453-400',
  '1454-400',
] as const satisfies readonly FlowCode[]
export const GET_ERRORS = ['1439-404'] as const satisfies readonly FlowCode[]
export const DELETE_ERRORS = [...GET_ERRORS, '1404-412'] as const satisfies readonly FlowCode[]
export const CREATE_ERRORS = ['1405-400', '1413-400'] as const satisfies readonly FlowCode[]
export const PATCH_ERRORS = [
  '1403-400',
  '1404-412',
  '1405-400',
  '1434-400',
  '1439-404',
  '1455-400',
] as const satisfies readonly FlowCode[]
export const ACTION_ERRORS = [
  '1402-400',
  '1404-412',
  '1406-400',
  '1407-400',
  '1408-400',
  '1422-400',
  '1434-400',
  '1435-400',
  '1436-400',
  '1437-400',
  '1439-404',
] as const satisfies readonly FlowCode[]

/** The schema of a route of a collection. */
export function collectionSchema(facts: RouteFacts): FastifySchema {
  const { operationId, summary, description, answer, status = 200, query, body } = facts
  return {
    tags: [facts.tag],
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    ...(query === undefined ? {} : { querystring: query }),
    ...(body === undefined ? {} : { body }),
    ...(facts.ifMatch === undefined ? {} : { headers: IF_MATCH[facts.ifMatch] }),
    bodyExamples: facts.bodyExamples,
    isBodyOptional: facts.isBodyOptional,
    answerExamples: facts.answerExamples,
    ...(facts.permission === undefined ? {} : { permission: facts.permission }),
    errors: documentFlowErrors(facts.errors),
    response: { [status]: answer },
  }
}

const IF_MATCH = { needed: IfMatchHeader, optional: OptionalIfMatchHeader }

/** The schema of a route of one resource, whose path has an `id`. */
export function itemSchema({ path, ...facts }: RouteFacts & { readonly path: unknown }): FastifySchema {
  return { ...collectionSchema(facts), params: path }
}

/** The answer to a creation. */
export const CREATED = answerWith(Reference, {
  location: Type.String({ description: 'The path of what was made' }),
  etag: Type.String({ description: 'Its version' }),
})

export const DELETED = { description: 'It is gone', content: {} }

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
