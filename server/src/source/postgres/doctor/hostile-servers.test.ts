import type { Socket } from 'node:net'
import { refusal, SET_DONE, serveOpen } from '@headwater/testkit/postgres-lab/refusing-servers.ts'
import { encodeMessage } from '@headwater/testkit/postgres-lab/wire-messages.ts'
import { serve, type WireServer } from '@headwater/testkit/postgres-lab/wire-servers.ts'
import { describe, expect, test } from 'vitest'
import { diagnoseConnection } from './diagnose-connection.ts'
import type { Diagnosis } from './diagnosis.ts'
import { targetAt } from './testing/fault-lab.ts'

/** Diagnoses, and sees that no connection to the server is left afterwards. */
async function diagnose(
  open: (watch: (socket: Socket) => void) => Promise<WireServer>,
  timeoutMs = 1_000,
): Promise<Diagnosis> {
  const sockets = new Set<Socket>()
  const watch = (socket: Socket): void => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }
  await using server = await open(watch)
  const diagnosis = await diagnoseConnection(targetAt(server, { timeoutMs }))
  await expect.poll(() => sockets.size, { interval: 1 }).toBe(0)
  expect(diagnosis.elapsedMs).toBeLessThan(3 * timeoutMs)
  return diagnosis
}

/** Says it again and again, as fast as it is listened to. */
function repeat(socket: Socket, bytes: Buffer): void {
  const chunk = Buffer.concat(Array.from({ length: Math.ceil(65_536 / bytes.length) }, () => bytes))
  const go = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  }
  socket.on('drain', go)
  go()
}

const NOTICE = encodeMessage('N', Buffer.from('SNOTICE\0C00000\0Mhello\0\0'))
const AN_ERROR = refusal({ S: 'FATAL', C: 'XX000', M: 'no' })

function claim(bytes: Buffer, length: number): Buffer {
  const claimed = Buffer.from(bytes)
  claimed.writeUInt32BE(length, 1)
  return claimed
}

describe('during the login', () => {
  const saying = (answer: (socket: Socket) => void): Promise<Diagnosis> =>
    diagnose((watch) =>
      serve((socket) => {
        watch(socket)
        socket.once('data', () => answer(socket))
      }),
    )

  test.each<[string, (socket: Socket) => void]>([
    ['notices without end', (socket) => repeat(socket, NOTICE)],
    ['an error of a gigabyte', (socket) => socket.write(claim(AN_ERROR, 2 ** 30))],
    ['an error of less than nothing', (socket) => socket.write(claim(AN_ERROR, 2))],
    ['an error without an end', (socket) => socket.write(encodeMessage('E', Buffer.from('SFATAL\0')))],
    ['an error that is cut in a field', (socket) => socket.write(encodeMessage('E', Buffer.from('SFATAL')))],
    ['an error of no bytes', (socket) => socket.write(encodeMessage('E', Buffer.alloc(0)))],
    ['rows that nobody has asked for', (socket) => repeat(socket, encodeMessage('D', Buffer.from([0, 0])))],
    ['a key before it has let us in', (socket) => socket.write(encodeMessage('K', Buffer.alloc(1)))],
  ])('%s', async (_, answer) => {
    const { ok, code, stage } = await saying(answer)
    // What can't be told from another protocol at its first letter is none of PostgreSQL.
    expect({ ok, code, stage }).toEqual(
      ['NOT_POSTGRESQL', 'LOGIN_PROTOCOL_ERROR']
        .map((expected) => ({
          ok: false,
          code: expected,
          stage: expected === 'NOT_POSTGRESQL' ? 'dial' : 'authenticate',
        }))
        .find((expected) => expected.code === code),
    )
  })

  test('a refusal of which each byte comes alone', async () => {
    const { code, message } = await saying((socket) => {
      for (const byte of AN_ERROR) socket.write(Buffer.from([byte]))
    })
    expect({ code, message }).toMatchObject({
      code: 'SERVER_REFUSED',
      message: expect.stringContaining(': no.'),
    })
  })

  test('a server that says the password again does not get it into the diagnosis', async () => {
    const diagnosis = await diagnose((watch) =>
      serve((socket) => {
        watch(socket)
        socket.once('data', () => {
          socket.write(encodeMessage('R', Buffer.from([0, 0, 0, 3])))
          socket.once('data', (bytes) => {
            const password = bytes.toString('utf8', 5, bytes.length - 1)
            socket.write(refusal({ S: 'FATAL', C: 'XX000', M: `"${password}" is no password` }))
          })
        })
      }),
    )
    expect(diagnosis.message).toContain('"***" is no password')
  })
})

describe('in the session', () => {
  /** `answer` gets every statement but the settings. */
  const answering = (answer: (socket: Socket) => void, timeoutMs?: number): Promise<Diagnosis> =>
    diagnose(
      (watch) =>
        serveOpen((socket, message) => {
          watch(socket)
          if (message.includes('set_config')) socket.write(SET_DONE)
          else if (message[0] !== 'X'.charCodeAt(0)) answer(socket)
        }),
      timeoutMs,
    )

  /** Enough for 32 MB on a busy machine: what is told must be that it is too much, not that it takes too long. */
  const PATIENCE_MS = 60_000

  const column = Buffer.from('backend_pid\0\0\0\0\0\0\0\0\0\0\x17\0\x04\xff\xff\xff\xff\0\0', 'latin1')
  const description = encodeMessage('T', Buffer.concat([Buffer.from([0, 1]), column]))
  const row = encodeMessage('D', Buffer.from([0, 1, 0, 0, 0, 1, 0x31]))
  const done = Buffer.concat([
    encodeMessage('C', Buffer.from('SELECT 1\0')),
    encodeMessage('Z', Buffer.from('I')),
  ])

  test('rows without end', async () => {
    const { ok, code, message } = await answering((socket) => {
      socket.write(description)
      repeat(socket, row)
    }, PATIENCE_MS)
    expect({ ok, code }).toEqual({ ok: false, code: 'SESSION_LOST' })
    expect(message).toContain('The server said more than 32 MB.')
  }, 90_000)

  test('notices without end', async () => {
    const { ok, code } = await answering((socket) => repeat(socket, NOTICE), PATIENCE_MS)
    expect({ ok, code }).toEqual({ ok: false, code: 'SESSION_LOST' })
  }, 90_000)

  test.each([
    ['a row that is no answer', Buffer.concat([description, row, done])],
    ['no row', Buffer.concat([description, done])],
  ])('%s', async (_, said) => {
    const { ok, findings } = await answering((socket) => socket.write(said))
    expect(ok).toBe(true)
    expect(findings.map(({ code }) => code)).toEqual(['CHECK_FAILED'])
  })

  test('a row that is shorter than it says', async () => {
    const short = encodeMessage('D', Buffer.from([0, 9, 0, 0]))
    const { ok, code } = await answering((socket) => socket.write(Buffer.concat([description, short])))
    expect({ ok, code }).toEqual({ ok: false, code: 'SESSION_LOST' })
  })
})

/** Numbers that look random and are the same in every run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    yield state >>> 8
  }
}

test('whatever bytes a conversation has, it comes to an answer', async () => {
  const random = numbers(7)
  const next = (below: number): number => random.next().value % below
  const conversation = Buffer.concat([
    encodeMessage('R', Buffer.from([0, 0, 0, 0])),
    encodeMessage('S', Buffer.from('server_version\x0015.4\0')),
    encodeMessage('K', Buffer.from([0, 0, 0, 1, 0, 0, 0, 2])),
    encodeMessage('Z', Buffer.from('I')),
    NOTICE,
    SET_DONE,
    AN_ERROR,
  ])
  for (let round = 0; round < 150; round += 1) {
    const bytes = Buffer.from(conversation)
    for (let change = 0; change <= next(4); change += 1) bytes[next(bytes.length)] = next(256)
    const { ok } = await diagnose((watch) =>
      serve((socket) => {
        watch(socket)
        socket.once('data', () => socket.end(bytes))
      }),
    )
    expect(ok).toBe(false)
  }
})
