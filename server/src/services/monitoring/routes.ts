import { DatasetPath } from '@headwater/contract/export.ts'
import { RunPath } from '@headwater/contract/flow-service/runs.ts'
import { AUDIT_OUTCOMES, AuditPage, AuditQuery } from '@headwater/contract/monitoring/audit.ts'
import { EventStream, EventsHeaders, EventsPage, EventsQuery } from '@headwater/contract/monitoring/events.ts'
import { Ingestion, IngestionQuery } from '@headwater/contract/monitoring/ingestion.ts'
import { RunDetail } from '@headwater/contract/monitoring/run-detail.ts'
import { LakeTable, TableFiles, TableFilesQuery } from '@headwater/contract/monitoring/tables.ts'
import type { FastifyInstance } from 'fastify'
import { describeOnly } from '#http/describe-only.ts'
import { PLAIN_DENIAL, PLAIN_FAMILY, writeErrors } from '#http/error-writer.ts'
import { addErrors } from '#http/openapi/add-docs.ts'
import { guardRoutes } from '#http/plugins/gateway.ts'
import { type AuditWanted, listAuditEntries } from './audit-store.ts'
import { readIngestionQuery } from './ingestion-query.ts'
import { badRequest, MONITORING_ERRORS, sandboxNotFound } from './problems.ts'
import { readIngestion } from './read-ingestion.ts'
import { readRunDetail } from './read-run-detail.ts'
import { readLakeTable, readTableFiles, type TableDependencies } from './read-table.ts'
import { readCount, readTime } from './read-time.ts'
import {
  EventStreams,
  type EventsDependencies,
  listEvents,
  readEventsQuery,
  visibleAreas,
} from './serve-events.ts'

export interface MonitoringDependencies extends EventsDependencies, TableDependencies {}

type Query = { Querystring: Readonly<Record<string, string | undefined>> }
type ById = Query & { Params: { id: string } }

const tags = ['Monitoring']
const { NothingToSee, RunNotFound, SnapshotNotFound, TableNotFound, TooManyStreams } = MONITORING_ERRORS

/** Serves `/monitoring`: what goes on, what has come in, and who has changed what. */
export async function registerMonitoring(
  app: FastifyInstance,
  dependencies: MonitoringDependencies,
): Promise<void> {
  const streams = new EventStreams(dependencies)
  app.addHook('preClose', async () => streams.endAll())
  await app.register(async (service) => serve(service, dependencies, streams), { prefix: '/monitoring' })
}

function serve(service: FastifyInstance, deps: MonitoringDependencies, streams: EventStreams): void {
  describeOnly(service)
  writeErrors(service, PLAIN_FAMILY)
  addErrors(service, [MONITORING_ERRORS.SandboxUnknown])
  guardRoutes(service, { ...deps.gateway, sandboxNotFound, area: 'Sources', denial: PLAIN_DENIAL })
  serveEvents(service, deps, streams)
  serveRuns(service, deps)
  serveTables(service, deps)
  serveAudit(service, deps)
}

function serveEvents(service: FastifyInstance, deps: MonitoringDependencies, streams: EventStreams): void {
  service.get<Query>('/events', {
    exposeHeadRoute: false,
    schema: {
      tags,
      operationId: 'listEvents',
      // What is told depends on what the client may view.
      permission: 'none',
      errors: [NothingToSee, TooManyStreams],
      summary: 'Hear what happens in the sandbox, as a stream or since an event',
      querystring: EventsQuery,
      headers: EventsHeaders,
      response: {
        200: {
          description: 'What has happened, or, when a stream is accepted, what happens',
          content: {
            'application/json': { schema: EventsPage },
            'text/event-stream': { schema: EventStream },
          },
        },
      },
    },
    handler: async (request, reply) => {
      const lastEventId = request.headers['last-event-id']
      const wanted = readEventsQuery(request.query, [lastEventId].flat()[0])
      const isStream = request.headers.accept?.includes('text/event-stream') === true
      return isStream ? streams.open(request, reply, wanted) : listEvents(deps, request.scope, wanted)
    },
  })
}

function serveRuns(service: FastifyInstance, deps: MonitoringDependencies): void {
  service.get<Query>('/ingestion', {
    schema: {
      tags,
      operationId: 'readIngestion',
      summary: 'What runs have brought over time, by flow and by source',
      querystring: IngestionQuery,
      response: { 200: Ingestion },
    },
    handler: async ({ scope, query }) => readIngestion(deps.db, scope, readIngestionQuery(query)),
  })
  service.get<ById>('/runs/:id', {
    schema: {
      tags,
      operationId: 'readRunDetail',
      errors: [RunNotFound],
      summary: 'How far a run is, slice by slice',
      params: RunPath,
      response: { 200: RunDetail },
    },
    handler: async ({ scope, params }) => readRunDetail(deps, scope, params.id),
  })
}

function serveTables(service: FastifyInstance, deps: MonitoringDependencies): void {
  const schema = { tags, permission: 'View Datasets', params: DatasetPath } as const
  service.get<ById>('/datasets/:id', {
    schema: {
      ...schema,
      operationId: 'readLakeTable',
      errors: [TableNotFound],
      summary: 'The table of a dataset: where it is, its fields and snapshots',
      response: { 200: LakeTable },
    },
    handler: async ({ scope, params }) => readLakeTable(deps, scope, params.id),
  })
  service.get<ById>('/datasets/:id/files', {
    schema: {
      ...schema,
      operationId: 'listTableFiles',
      errors: [TableNotFound, SnapshotNotFound],
      summary: 'The data files of the table of a dataset',
      querystring: TableFilesQuery,
      response: { 200: TableFiles },
    },
    handler: async ({ scope, params, query }) =>
      readTableFiles(deps, scope, {
        datasetId: params.id,
        snapshotId: query['snapshot'],
        start: readCount('start', query['start'], { fallback: 0, min: 0, max: 2 ** 31 }),
        limit: readCount('limit', query['limit'], { fallback: 100, min: 1, max: 1000 }),
      }),
  })
}

function serveAudit(service: FastifyInstance, { db }: MonitoringDependencies): void {
  service.get<Query>('/audit', {
    schema: {
      tags,
      operationId: 'listAuditEntries',
      // What is listed depends on what the client may view.
      permission: 'none',
      errors: [NothingToSee],
      summary: 'List who has changed what, and who was refused',
      querystring: AuditQuery,
      response: { 200: AuditPage },
    },
    handler: async ({ scope, query }) =>
      listAuditEntries(db, scope, { areas: visibleAreas(scope), ...readAuditQuery(query) }),
  })
}

function readAuditQuery(query: Readonly<Record<string, string | undefined>>): Omit<AuditWanted, 'areas'> {
  const { start, end, operation, resourceId, userId, outcome, limit, continuationToken } = query
  if (continuationToken !== undefined && !/^\d{1,15}$/.test(continuationToken))
    throw badRequest(`'continuationToken' must be the 'next' of the page before, not '${continuationToken}'.`)
  const known = AUDIT_OUTCOMES.find((word) => word === outcome)
  if (outcome !== undefined && known === undefined)
    throw badRequest(`'outcome' must be one of ${AUDIT_OUTCOMES.join(', ')}, not '${outcome}'.`)
  return {
    startMs: start === undefined ? undefined : readTime('start', start),
    endMs: end === undefined ? undefined : readTime('end', end),
    operation,
    resourceId,
    userId,
    outcome: known,
    limit: readCount('limit', limit, { fallback: 50, min: 1, max: 500 }),
    before: continuationToken === undefined ? undefined : Number(continuationToken),
  }
}
