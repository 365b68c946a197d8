import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openBlackHole } from './black-hole.ts'
import {
  errorResponse,
  isSslRequest,
  MessageSplitter,
  parameterStatus,
  SSL_REQUEST,
} from './wire-messages.ts'
import {
  freePort,
  serveAnswer,
  serveAnswers,
  serveHangUp,
  serveHttp,
  serveInjection,
  serveSilence,
  type WireServer,
} from './wire-servers.ts'

/** Sends `bytes` and returns what the server has said when it hangs up. */
async function talk({ host, port }: WireServer, bytes: Uint8Array): Promise<string> {
  const socket = connect(port, host)
  socket.write(bytes)
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

test('servers that answer and hang up', async () => {
  await using http = await serveHttp()
  expect(await talk(http, SSL_REQUEST)).toContain('400 Bad Request')
  await using unknown = await serveAnswer(Buffer.from('?'), 'close')
  expect(await talk(unknown, SSL_REQUEST)).toBe('?')
  expect(unknown.received()).toEqual([SSL_REQUEST])
  await using rude = await serveHangUp('after first bytes')
  expect(await talk(rude, SSL_REQUEST)).toBe('')
})

test('a server that refuses TLS, and then the session', async () => {
  await using refusing = await serveAnswers(Buffer.from('N'), errorResponse('53300', 'too many clients'))
  const startup = Buffer.from([0, 0, 0, 8, 0, 3, 0, 0])
  expect(await talk(refusing, startup)).toContain('C53300')
  const socket = connect(refusing.port, refusing.host)
  socket.write(SSL_REQUEST)
  expect(String((await once(socket, 'data'))[0])).toBe('N')
  socket.write(startup)
  expect(String((await once(socket, 'data'))[0])).toContain('Mtoo many clients')
  socket.destroy()
})

test('servers that stay', async () => {
  await using attacker = await serveInjection(Buffer.from('evil'))
  await using silent = await serveSilence()
  const [one, other] = [connect(attacker.port, attacker.host), connect(silent.port, silent.host)]
  one.write(SSL_REQUEST)
  expect(String((await once(one, 'data'))[0])).toBe('Sevil')
  other.write('hello')
  await expect.poll(() => silent.received().map(String)).toEqual(['hello'])
  // Disposal ends their connections.
  await attacker[Symbol.asyncDispose]()
  await once(one, 'close')
  await silent[Symbol.asyncDispose]()
  await once(other, 'close')
})

test('a free port', async () => {
  const socket = connect(await freePort(), '127.0.0.1')
  expect((await once(socket, 'error').catch((error: unknown) => [error]))[0]).toMatchObject({
    code: 'ECONNREFUSED',
  })
})

test('a black hole neither accepts nor refuses', async () => {
  await using hole = await openBlackHole()
  const socket = connect(hole.port, hole.host)
  const seen = once(socket, 'connect').then(() => 'connected', String)
  expect(await Promise.race([seen, sleep(300, 'nothing')])).toBe('nothing')
  socket.destroy()
})

test('messages arrive in any pieces', () => {
  const sent = [
    parameterStatus('server_version', '9.6'),
    errorResponse('53300', 'no'),
    parameterStatus('a', 'b'),
  ]
  const splitter = new MessageSplitter()
  const found = [...Buffer.concat(sent)].flatMap((byte) => splitter.push(Buffer.from([byte])))
  expect(found.map(({ bytes }) => bytes)).toEqual(sent)
  expect(found.map(({ type }) => type)).toEqual(['S', 'E', 'S'])
  expect(isSslRequest(SSL_REQUEST.subarray(0, 7))).toBe(false)
})
