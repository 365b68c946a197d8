import { createTestDatabase } from '@headwater/testkit/test-database.ts'
import pino from 'pino'
import { expect, test } from 'vitest'
import { openPool } from '#store/database.ts'
import { createApp } from './app.ts'
import { isPassingError } from './passing-error.ts'

async function errorOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work()
  } catch (error) {
    return error
  }
  return undefined
}

test('a database that cannot be reached, or that ends a session, passes; a wrong statement does not', async () => {
  await using closed = {
    pool: openPool({ url: 'postgres://127.0.0.1:1/none' }, { max: 1 }),
    [Symbol.asyncDispose]: () => closed.pool.end(),
  }
  expect(isPassingError(await errorOf(() => closed.pool.query('select 1')))).toBe(true)
  const database = await createTestDatabase()
  const pool = openPool({ url: database.url }, { max: 1 })
  try {
    const { rows } = await pool.query('select pg_backend_pid() as pid')
    const sleeping = errorOf(() => pool.query('select pg_sleep(60)'))
    await database.query('select pg_terminate_backend($1)', [rows[0].pid])
    expect(isPassingError(await sleeping)).toBe(true)
    expect(isPassingError(await errorOf(() => pool.query('select nothing')))).toBe(false)
  } finally {
    await pool.end()
    await database.drop()
  }
  expect(isPassingError('text')).toBe(false)
})

test('the answer to it is 503 and says that it may be tried again', async () => {
  const app = await createApp({ log: pino({ level: 'silent' }), version: 'test' })
  app.get('/away', { schema: { hide: true } }, async () =>
    Promise.reject(Object.assign(new Error('secret words'), { code: '57P01' })),
  )
  const answer = await app.inject('/away')
  expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '1'])
  expect(answer.json()).toMatchObject({ status: 503, title: 'ServiceUnavailableError' })
  expect(answer.body).not.toContain('secret words')
  await app.close()
})
