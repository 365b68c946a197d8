import * as contract from '@headwater/contract/observability.ts'
import type { FastifyInstance } from 'fastify'
import { describeOnly, requireObjects } from '#http/describe-only.ts'
import { writeErrors } from '#http/error-writer.ts'
import { addErrors } from '#http/openapi/add-docs.ts'
import { type CommonGateway, guardRoutes } from '#http/plugins/gateway.ts'
import type { JsonObject } from '#kit/json.ts'
import type { Database } from '#store/database.ts'
import { METRICS_DENIAL, METRICS_ERRORS, METRICS_FAMILY, sandboxInvalid, toldTo } from './metrics-problems.ts'
import { readMetricsQuery } from './metrics-query.ts'
import { readMetric } from './read-metrics.ts'

export interface MetricsDependencies {
  readonly gateway: CommonGateway
  readonly db: Database
}

/** Serves `/data/infrastructure/observability/insights`: figures of ingestion over time. */
export async function registerMetrics(
  app: FastifyInstance,
  dependencies: MetricsDependencies,
): Promise<void> {
  await app.register(async (service) => serve(service, dependencies), {
    prefix: '/data/infrastructure/observability/insights',
  })
}

function serve(service: FastifyInstance, { gateway, db }: MetricsDependencies): void {
  describeOnly(service)
  requireObjects(service)
  writeErrors(service, METRICS_FAMILY)
  addErrors(service, [METRICS_ERRORS['INSGHT-1003-401']])
  guardRoutes(service, {
    ...gateway,
    sandboxNotFound: (name) => sandboxInvalid(name),
    area: 'Datasets',
    denial: METRICS_DENIAL,
  })
  service.post<{ Body: JsonObject }>('/metrics', {
    schema: {
      tags: ['Observability'],
      operationId: 'readMetrics',
      permission: 'View Datasets',
      summary: 'Read figures of ingestion over time',
      body: contract.MetricsBody,
      response: { 200: contract.MetricsResult },
    },
    handler: async (request) => {
      const query = readFor(request)
      const metricResponses = []
      for (const metric of query.metrics) {
        metricResponses.push({
          metric: metric.name,
          filters: metric.filters,
          datapoints: await readMetric(db, request.scope, { query, metric }),
          ...(query.granularity === undefined ? {} : { granularity: query.granularity }),
        })
      }
      return { metricResponses }
    },
  })
}

function readFor(request: Parameters<typeof toldTo>[1] & { readonly body: JsonObject }) {
  try {
    return readMetricsQuery(request.body)
  } catch (error) {
    throw toldTo(error, request)
  }
}
