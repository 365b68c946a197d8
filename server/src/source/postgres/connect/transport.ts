import { once } from 'node:events'
import { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { ConnectFault } from '#source/postgres/failures/connect-fault.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import type { DialAttempt } from '#source/postgres/params/tls-plan.ts'
import { guardSocket } from './guard-socket.ts'
import { openTls } from './open-tls.ts'

/** A stream of bytes to a server, on which the start-up message comes next. */
export interface Transport {
  readonly socket: Socket | TLSSocket
  readonly isEncrypted: boolean
}

export interface TransportOptions {
  readonly signal: AbortSignal
  /** Makes the socket that will carry a session in plaintext. */
  readonly createSocket?: (() => Socket) | undefined
}

/** Length 8, then 1234 and 5679: the request that stands where the version of the protocol would. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/** An address that does not answer holds up the next one of the same host for this long. */
const ADDRESS_PATIENCE_MS = 1_000
/** Until it is asked whether a server that says nothing is still there; some ten seconds later it is known. */
const KEEP_ALIVE_MS = 30_000

/**
 * Opens the way to a server as one attempt of a plan says. TLS is negotiated here and not in the driver, since
 * what a refusal or a stray byte means differs from mode to mode.
 * @throws ConnectFault, after an abort too: with the stage reached and the signal's reason as its cause
 */
export async function openTransport(
  target: ConnectionTarget,
  attempt: DialAttempt,
  { signal, createSocket }: TransportOptions,
): Promise<Transport> {
  const openPlain = async (): Promise<Transport> => ({
    socket: await openTcp(target, signal, createSocket?.() ?? new Socket()),
    isEncrypted: false,
  })
  if (attempt.encryption === 'plain') return await openPlain()
  const socket = await openTcp(target, signal, new Socket())
  try {
    if (target.tls.negotiation === 'direct' || (await offersTls(socket, signal))) {
      return { socket: await openTls(socket, target, signal), isEncrypted: true }
    }
    if (attempt.ifNotOffered === 'fail') throw new ConnectFault({ code: 'TLS_NOT_OFFERED', stage: 'tls' })
  } catch (error) {
    socket.destroy()
    throw error
  }
  if (createSocket === undefined) return { socket, isEncrypted: false }
  socket.destroy()
  return await openPlain()
}

async function openTcp(target: ConnectionTarget, signal: AbortSignal, socket: Socket): Promise<Socket> {
  let isResolved = false
  socket.once('connectionAttempt', () => {
    isResolved = true
  })
  const { host, port } = target
  try {
    await guardSocket(socket, signal, async () => {
      const connected = once(socket, 'connect')
      socket.connect({ host, port, autoSelectFamilyAttemptTimeout: ADDRESS_PATIENCE_MS })
      await connected
    })
  } catch (error) {
    throw ConnectFault.from(error, isResolved ? 'dial' : 'resolve')
  }
  socket.setNoDelay(true)
  socket.setKeepAlive(true, KEEP_ALIVE_MS)
  return socket
}

/** Asks the server whether it speaks TLS. One byte answers, and no other may come before the handshake. */
async function offersTls(socket: Socket, signal: AbortSignal): Promise<boolean> {
  const answer = await guardSocket(socket, signal, async () => {
    const first = once(socket, 'data')
    socket.write(SSL_REQUEST)
    const [chunk] = (await first) as [Buffer]
    // What comes next belongs to the handshake or to the driver.
    socket.pause()
    return chunk
  }).catch((error: unknown) => {
    throw ConnectFault.from(error, 'tls')
  })
  return readAnswer(answer)
}

function readAnswer(answer: Buffer): boolean {
  const letter = String.fromCharCode(answer[0] ?? 0)
  switch (letter) {
    case 'S':
    case 'N':
      // Somebody on the way could slip in an answer to a question that we have not asked yet.
      if (answer.length > 1) throw new ConnectFault({ code: 'TLS_INJECTED_BYTES', stage: 'tls' })
      return letter === 'S'
    case 'E':
      // The text that follows comes from nobody that we know, so nobody gets to read it.
      throw new ConnectFault({ code: 'TLS_NEGOTIATION_ERROR', stage: 'tls' })
    default:
      throw new ConnectFault({ code: 'NOT_POSTGRESQL', stage: 'dial' })
  }
}
