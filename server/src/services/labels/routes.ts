import * as contract from '@headwater/contract/labels.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { describeOnly, requireObjects } from '#http/describe-only.ts'
import { writeErrors } from '#http/error-writer.ts'
import { addErrors } from '#http/openapi/add-docs.ts'
import { answerWith } from '#http/openapi/route-docs.ts'
import { type CommonGateway, guardRoutes } from '#http/plugins/gateway.ts'
import type { JsonObject } from '#kit/json.ts'
import {
  createLabels,
  getLabels,
  type LabelsDependencies,
  removeLabels,
  replaceLabels,
} from './change-labels.ts'
import type { StoredLabels } from './label-store.ts'
import { LABELS_DENIAL, LABELS_ERRORS, LABELS_FAMILY, sandboxNotFound } from './problems.ts'

export interface LabelsRouteDependencies extends LabelsDependencies {
  readonly gateway: CommonGateway
}

const tags = ['Labels']
const PATH = '/datasets/:id/labels'

type ById = { Params: { id: string }; Body: JsonObject }

/** Serves `/data/foundation/dataset`: the labels of data usage of datasets and their fields. */
export async function registerLabels(
  app: FastifyInstance,
  dependencies: LabelsRouteDependencies,
): Promise<void> {
  await app.register(async (service) => serve(service, dependencies), { prefix: '/data/foundation/dataset' })
}

function serve(service: FastifyInstance, dependencies: LabelsRouteDependencies): void {
  describeOnly(service)
  requireObjects(service)
  writeErrors(service, LABELS_FAMILY)
  addErrors(service, [LABELS_ERRORS['PES-403-Sandbox'], LABELS_ERRORS['PES-404-Dataset']])
  guardRoutes(service, {
    ...dependencies.gateway,
    sandboxNotFound: (name) => sandboxNotFound(name),
    area: 'Datasets',
    denial: LABELS_DENIAL,
  })
  serveReads(service, dependencies)
  serveChanges(service, dependencies)
}

function serveReads(routes: FastifyInstance, dependencies: LabelsRouteDependencies): void {
  const schema = { tags, params: contract.LabelsPath, errors: [LABELS_ERRORS['PES-404']] }
  const read = async ({ scope, params: { id } }: FastifyRequest<ById>, reply: FastifyReply) =>
    send(reply, await getLabels(dependencies, { scope, id }))
  routes.get<ById>(PATH, {
    exposeHeadRoute: false,
    schema: {
      ...schema,
      operationId: 'getLabels',
      summary: 'Read the labels of a dataset and its fields',
      response: { 200: answerWith(contract.Labels, contract.LABELS_HEADERS) },
    },
    handler: read,
  })
  routes.head<ById>(PATH, {
    schema: {
      ...schema,
      operationId: 'getLabelsHeaders',
      summary: 'The entity tag of the labels of a dataset',
      response: {
        200: { description: 'The entity tag', headers: contract.LABELS_HEADERS, content: {} },
      },
    },
    handler: read,
  })
}

function serveChanges(routes: FastifyInstance, dependencies: LabelsRouteDependencies): void {
  const answer = answerWith(contract.Labels, contract.LABELS_HEADERS)
  const changeErrors = [LABELS_ERRORS['PES-400-IfMatch'], LABELS_ERRORS['PES-404'], LABELS_ERRORS['PES-412']]
  routes.post<ById>(PATH, {
    schema: {
      tags,
      operationId: 'createLabels',
      errors: [LABELS_ERRORS['PES-403']],
      summary: 'Give a dataset its first labels',
      params: contract.LabelsPath,
      body: contract.LabelsBody,
      response: { 201: answer },
    },
    handler: async ({ scope, params: { id }, body }, reply) =>
      send(reply.code(201), await createLabels(dependencies, { scope, id, body })),
  })
  routes.put<ById>(PATH, {
    schema: {
      tags,
      headers: contract.LabelsIfMatch,
      operationId: 'replaceLabels',
      errors: changeErrors,
      summary: 'Replace all labels of a dataset and its fields',
      params: contract.LabelsPath,
      body: contract.LabelsBody,
      response: { 200: answer },
    },
    handler: async ({ scope, params: { id }, body, headers }, reply) =>
      send(reply, await replaceLabels(dependencies, { scope, id, body, ifMatch: headers['if-match'] })),
  })
  routes.delete<ById>(PATH, {
    schema: {
      tags,
      headers: contract.LabelsIfMatch,
      operationId: 'deleteLabels',
      errors: changeErrors,
      summary: 'Remove all labels of a dataset and its fields',
      params: contract.LabelsPath,
      response: { 204: { description: 'The dataset has no labels', content: {} } },
    },
    handler: async ({ scope, params: { id }, headers }, reply) => {
      await removeLabels(dependencies, { scope, id, ifMatch: headers['if-match'] })
      return reply.code(204).send()
    },
  })
}

function send(reply: FastifyReply, { etag, document }: StoredLabels): FastifyReply {
  return reply.header('etag', etag).send(document)
}
