import { Alive, Readiness } from '@headwater/contract/health.ts'
import type { FastifyInstance } from 'fastify'
import { checkReadiness, type ReadinessCheck } from './check-readiness.ts'

export interface HealthDependencies {
  /** What must work before requests are sent here: the metadata database, the lake. */
  readonly checks: readonly ReadinessCheck[]
}

/** Serves `/health`: for load balancers and supervisors, without a token and without details. */
export async function registerHealth(app: FastifyInstance, dependencies: HealthDependencies): Promise<void> {
  await app.register(async (service) => serve(service, dependencies), { prefix: '/health' })
}

function serve(service: FastifyInstance, { checks }: HealthDependencies): void {
  const common = { tags: ['Health'], security: [] }
  service.get('/live', {
    schema: { ...common, operationId: 'isAlive', summary: 'Is the process there?', response: { 200: Alive } },
    handler: async () => ({ status: 'ok' }),
  })
  service.get('/ready', {
    schema: {
      ...common,
      operationId: 'isReady',
      summary: 'Can it serve requests?',
      response: { 200: Readiness, 503: Readiness },
    },
    handler: async (request, reply) => {
      const { isReady, results, failures } = await checkReadiness(checks)
      for (const { name, error } of failures)
        request.log.warn({ check: name, err: error }, 'readiness check failed')
      return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ok' : 'unavailable', checks: results })
    },
  })
}
