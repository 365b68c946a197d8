import pino from 'pino'
import { afterEach, expect, test } from 'vitest'
import { type App, createApp } from '#http/app.ts'
import { checkReadiness, type ReadinessCheck } from './check-readiness.ts'
import { registerHealth } from './routes.ts'

let app: App | undefined
afterEach(() => app?.close())

const works: ReadinessCheck = { name: 'database', check: async () => undefined }
const fails: ReadinessCheck = {
  name: 'lake',
  check: () => {
    throw new Error('disk full at /var/lake')
  },
}

async function serve(checks: readonly ReadinessCheck[]): Promise<App> {
  app = await createApp({ log: pino({ level: 'silent' }), version: 'test' })
  await registerHealth(app, { checks })
  return app
}

test('is alive whatever else fails, without a token', async () => {
  const response = await (await serve([fails])).inject('/health/live')
  expect([response.statusCode, response.json()]).toEqual([200, { status: 'ok' }])
})

test('is ready when every check passes', async () => {
  const response = await (await serve([works])).inject('/health/ready')
  expect([response.statusCode, response.json()]).toEqual([200, { status: 'ok', checks: { database: 'ok' } }])
})

test('is not ready when one fails, and says which but not why', async () => {
  const response = await (await serve([works, fails])).inject('/health/ready')
  expect(response.statusCode).toBe(503)
  expect(response.json()).toEqual({ status: 'unavailable', checks: { database: 'ok', lake: 'failed' } })
  expect(response.body).not.toContain('/var/lake')
})

test('a check that never answers counts as failed and is told to stop', async () => {
  let isStopped = false
  const hangs: ReadinessCheck = {
    name: 'lake',
    check: ({ signal }) =>
      new Promise(() =>
        signal.addEventListener('abort', () => {
          isStopped = true
        }),
      ),
  }
  const readiness = await checkReadiness([works, hangs], { timeoutMs: 5 })
  expect(readiness).toMatchObject({ isReady: false, results: { database: 'ok', lake: 'timeout' } })
  expect(isStopped).toBe(true)
})
