import { expect, test } from 'vitest'
import type { BundledPostgres } from '#store/bundled/bundled-postgres.ts'
import { keepRunning } from './keep-running.ts'

interface FakeServer {
  readonly server: BundledPostgres
  readonly end: () => void
  stops: number
}

function fakeServer(): FakeServer {
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const fake = {
    end: resolve,
    stops: 0,
    server: {
      ended,
      async stop() {
        fake.stops++
        resolve()
      },
    } as unknown as BundledPostgres,
  }
  return fake
}

test('a server that is being started while all is stopped is stopped too', async () => {
  const [first, second] = [fakeServer(), fakeServer()]
  const started = Promise.withResolvers<BundledPostgres>()
  const starting = Promise.withResolvers<void>()
  const keeper = keepRunning(first.server, () => {
    starting.resolve()
    return started.promise
  })
  first.end()
  await starting.promise
  const stopped = keeper.stop()
  started.resolve(second.server)
  await stopped
  expect(second.stops).toBeGreaterThan(0)
})
