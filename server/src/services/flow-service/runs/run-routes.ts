import { actionQuery, PatchQuery, StateAction } from '@headwater/contract/flow-service/changes.ts'
import { Reference } from '@headwater/contract/flow-service/entities.ts'
import { EntityListQuery, One, Page } from '@headwater/contract/flow-service/lists.ts'
import { RUN_EXAMPLES, Run, RunBody, RunPath, RunReference } from '@headwater/contract/flow-service/runs.ts'
import { ToldRunBody } from '@headwater/contract/flow-service/told-run.ts'
import type { FastifyInstance } from 'fastify'
import { answerWith } from '#http/openapi/route-docs.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { actionOf, readAction } from '#services/flow-service/entities/actions.ts'
import { RUNS } from '#services/flow-service/entities/entity-kinds.ts'
import { allowObject, bodyOf, requireBody } from '#services/flow-service/entities/request-body.ts'
import { getEntity, listEntities } from '#services/flow-service/lists/list-entities.ts'
import type { ListParameters } from '#services/flow-service/lists/list-query.ts'
import {
  ACTION_ERRORS,
  BASE_PATH,
  CREATED,
  changeOf,
  collectionSchema,
  GET_ERRORS,
  idOf,
  itemSchema,
  LIST_ERRORS,
  referenceOf,
} from '#services/flow-service/route-parts.ts'
import { cancelRun } from './cancel-run.ts'
import { createRun } from './create-run.ts'
import { putRun } from './put-run.ts'
import { replayRun } from './replay-run.ts'
import { retriggerRun } from './retrigger-run.ts'

/** What can be done with a run. */
const ACTS = Object.freeze({ 're-trigger': retriggerRun, replay: replayRun, cancel: cancelRun })
const ACTIONS = Object.keys(ACTS) as readonly (keyof typeof ACTS)[]

/** Runs: single executions of flows. */
export function serveRunRoutes(service: FastifyInstance, deps: FlowServiceDependencies): void {
  service.get('/runs', {
    schema: collectionSchema({
      tag: 'Runs',
      operationId: 'listRuns',
      errors: LIST_ERRORS,
      summary: 'List runs, with their progress while they are under way',
      query: EntityListQuery,
      answer: Page(Run),
    }),
    handler: async ({ scope, query }) => listEntities(deps, scope, RUNS, query as ListParameters),
  })
  service.post('/runs', {
    schema: collectionSchema({
      tag: 'Runs',
      operationId: 'createRun',
      errors: ['1101-404', '1405-400', '1411-400', '1422-400', '1430-400', '1446-400'],
      summary: 'Run a flow once, now',
      body: RunBody,
      bodyExamples: RUN_EXAMPLES,
      status: 201,
      answer: answerWith(RunReference, { location: CREATED.headers['location'] }),
    }),
    preValidation: requireBody,
    handler: async (request, reply) => {
      const { document } = await createRun(deps, request.scope, bodyOf(request))
      const reference = referenceOf(document)
      // Clients expect one of two forms; this is both.
      const answer = { ...reference, items: [reference] }
      return reply.code(201).header('location', `${BASE_PATH}/runs/${reference.id}`).send(answer)
    },
  })
  service.get('/runs/:id', {
    schema: itemSchema({
      path: RunPath,
      tag: 'Runs',
      operationId: 'getRun',
      errors: GET_ERRORS,
      summary: 'Show a run, with its progress while it is under way',
      answer: One(Run),
    }),
    handler: async (request) => getEntity(deps, request.scope, RUNS, idOf(request)),
  })
  service.put('/runs/:id', {
    schema: itemSchema({
      path: RunPath,
      tag: 'Runs',
      operationId: 'putRun',
      errors: [
        '1403-400',
        '1404-412',
        '1405-400',
        '1427-400',
        '1428-400',
        '1429-400',
        '1430-400',
        '1439-404',
        '1446-400',
      ],
      summary: 'Note of a run what its provider knows, as an administrator; what was measured stays',
      query: PatchQuery,
      body: ToldRunBody,
      ifMatch: 'needed',
      answer: Run,
    }),
    preValidation: allowObject,
    handler: async (request, reply) => putRun(deps, request.scope, changeOf(request, reply)),
  })
  service.post('/runs/:id/action', {
    schema: itemSchema({
      path: RunPath,
      tag: 'Runs',
      operationId: 'actOnRun',
      errors: [...ACTION_ERRORS, '1430-400'],
      summary:
        'Repeat a failed run over its window, replay the rows that a run has set aside, or cancel a run',
      query: actionQuery(ACTIONS),
      body: StateAction,
      isBodyOptional: true,
      ifMatch: 'optional',
      answer: Reference,
    }),
    preValidation: allowObject,
    handler: async (request, reply) => {
      const act = ACTS[readAction(actionOf(request), ACTIONS)]
      return referenceOf((await act(deps, request.scope, changeOf(request, reply))).document)
    },
  })
}
