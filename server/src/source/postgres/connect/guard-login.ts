import type { Socket } from 'node:net'
import { ConnectFault } from '#source/postgres/failures/connect-fault.ts'
import { ServerMessages } from '#source/postgres/failures/server-messages.ts'

/** The first byte that a server may send: Authentication, ErrorResponse, NegotiateProtocolVersion, Notice. */
const FIRST_LETTERS = 'REvN'

/** What the protocol numbers ask for, of those that the driver does not know. */
const FOREIGN_METHODS: ReadonlyMap<number, string> = new Map([
  [2, 'Kerberos V5'],
  [6, 'SCM credentials'],
  [7, 'GSSAPI'],
  [9, 'SSPI'],
])

export interface LoginGuard {
  /** The server has said something. */
  readonly hasAnswered: boolean
}

/**
 * Stands between a stream and the driver that has just begun to read it, for as long as the driver does: an answer
 * that is not PostgreSQL's, a way of login that the driver does not know, or bytes that it can't parse end the
 * stream. The driver would wait for ever for the first, throw out of its listener, which ends the process, at
 * others, and read one kind of message in an endless loop. `maxBytes` bounds what the server may say in all.
 */
export function guardLogin(socket: Socket, maxBytes?: number | undefined): LoginGuard {
  const messages = new ServerMessages(maxBytes)
  const guard = { hasAnswered: false }
  const listeners = socket.listeners('data') as ((chunk: Buffer) => void)[]
  socket.removeAllListeners('data')
  socket.on('data', (chunk: Buffer) => {
    try {
      if (!guard.hasAnswered) assertPostgres(chunk)
      guard.hasAnswered = true
      const bytes = messages.push(chunk)
      if (bytes.length > 0) for (const listener of listeners) listener(bytes)
    } catch (error) {
      socket.destroy(describe(error))
    }
  })
  // A socket that was asked about TLS and goes on in plaintext stands still since the answer.
  socket.resume()
  return guard
}

function assertPostgres(chunk: Buffer): void {
  if (FIRST_LETTERS.includes(String.fromCharCode(chunk[0] ?? 0))) return
  throw new ConnectFault({ code: 'NOT_POSTGRESQL', stage: 'dial' })
}

function describe(error: unknown): ConnectFault {
  if (error instanceof ConnectFault) return error
  const method = /Unknown authenticationOk message type (\d+)/.exec(String(error))?.[1]
  const stage = 'authenticate'
  if (method === undefined) return new ConnectFault({ code: 'LOGIN_PROTOCOL_ERROR', stage, cause: error })
  const detail = FOREIGN_METHODS.get(Number(method)) ?? `authentication of type ${method}`
  return new ConnectFault({ code: 'AUTH_METHOD_UNSUPPORTED', stage, detail, cause: error })
}
