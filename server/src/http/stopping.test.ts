import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import pino from 'pino'
import { expect, test } from 'vitest'
import { createApp } from './app.ts'

test('what comes on an open connection while the server stops is refused in JSON, and what began is finished', async () => {
  const app = await createApp({ log: pino({ level: 'silent' }), version: 'test' })
  const [release, released] = signal()
  const [enter, entered] = signal()
  app.get('/slow', { schema: { hide: true } }, async () => {
    enter()
    await released
    return { slow: true }
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const request = 'GET /slow HTTP/1.1\r\nHost: test\r\n\r\n'
  const answers = text(socket)
  socket.write(request)
  await entered
  const closed = app.close()
  socket.write(request)
  await once(app.server, 'request')
  release()
  await closed
  expect(await answers).toMatch(
    /^HTTP\/1\.1 200 OK.*\{"slow":true\}HTTP\/1\.1 503 Service Unavailable.*retry-after: 1.*The service is not available now\. Try again in a moment\./s,
  )
})

test('a connection that has never asked anything holds up no stop', async () => {
  const app = await createApp({ log: pino({ level: 'silent' }), version: 'test' })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  await once(app.server, 'connection')
  await app.close()
  expect(await text(socket)).toBe('')
})

function signal(): [give: () => void, given: Promise<void>] {
  const { promise, resolve } = Promise.withResolvers<void>()
  return [resolve, promise]
}
