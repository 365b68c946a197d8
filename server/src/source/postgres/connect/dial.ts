import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { Client, type ClientConfig, DatabaseError } from 'pg'
import { ConnectFault, type FaultKind } from '#source/postgres/failures/connect-fault.ts'
import type { SourceStage } from '#source/postgres/failures/source-error.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import type { DialAttempt } from '#source/postgres/params/tls-plan.ts'
import { guardLogin, type LoginGuard } from './guard-login.ts'
import { openTransport, type Transport } from './transport.ts'

/** What we use of the driver beyond its public types: the connection that carries the messages. */
export interface DriverConnection {
  readonly stream: Socket | TLSSocket
  on(event: 'parameterStatus', listener: (message: ParameterStatus) => void): void
  on(
    event: 'authenticationSASL',
    listener: (message: { readonly mechanisms: readonly string[] }) => void,
  ): void
  once(event: 'authenticationOk', listener: () => void): void
  once(event: 'authenticationCleartextPassword' | 'authenticationMD5Password', listener: () => void): void
}

interface ParameterStatus {
  readonly parameterName: string
  readonly parameterValue: string
}

/** The driver's client with the members that its types leave out. */
export type DriverClient = Client & {
  readonly connection: DriverConnection
  readonly processID: number | null
  readonly secretKey: number | null
  /** Of the last answer: outside, within, or within one that has failed. */
  getTransactionStatus(): 'I' | 'T' | 'E' | null
}

/** How the server made sure of us. `none` is a rule of trust, or a client certificate. */
export type LoginMethod = 'none' | 'password' | 'md5' | 'scram-sha-256' | 'scram-sha-256-plus'

/** A session that is open, with what the server said while it opened. */
export interface Dialled {
  readonly client: DriverClient
  readonly isEncrypted: boolean
  readonly loginMethod: LoginMethod
  /** `server_version` and its like. */
  readonly parameters: ReadonlyMap<string, string>
}

export interface DialOptions {
  readonly attempt: DialAttempt
  readonly applicationName: string
  readonly signal: AbortSignal
  /** Makes the socket of a session in plaintext. It must emit `data` until the driver is done with it. */
  readonly createSocket?: (() => Socket) | undefined
  /** What the server may say in all; for whom its answers are no data. Default: no bound. */
  readonly maxBytes?: number | undefined
}

/**
 * Opens one session as one attempt of a plan says: the driver gets a stream on which nothing is left to
 * negotiate, never a URL or a mode.
 * @throws ConnectFault, after an abort too
 */
export async function dial(target: ConnectionTarget, options: DialOptions): Promise<Dialled> {
  const { attempt, signal, createSocket } = options
  const transport = await openTransport(target, attempt, { signal, createSocket })
  return await logIn(target, transport, options)
}

async function logIn(
  target: ConnectionTarget,
  { socket, isEncrypted }: Transport,
  { applicationName, signal, maxBytes }: DialOptions,
): Promise<Dialled> {
  const client = new Client(clientConfig(target, socket, applicationName)) as DriverClient
  const progress = watchLogin(client, target, socket)
  // A socket that dies while no query runs would end the process; the next query reports it anyway.
  client.on('error', () => {})
  const giveUp = (): void => void socket.destroy(signal.reason as Error)
  signal.addEventListener('abort', giveUp, { once: true })
  let guard: LoginGuard | undefined
  try {
    signal.throwIfAborted()
    const connected = client.connect()
    guard = guardLogin(socket, maxBytes)
    await connected
    return { client, isEncrypted, loginMethod: progress.method, parameters: progress.parameters }
  } catch (error) {
    socket.destroy()
    if (guard?.hasAnswered !== true && !isEncrypted) throw unanswered(error)
    throw loginFault(error, progress.stage, isEncrypted)
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

/** Who hangs up without a word was never in a login; over TLS it has said a few. */
function unanswered(error: unknown): ConnectFault {
  if (error instanceof ConnectFault) return error
  return new ConnectFault({ code: 'CONNECTION_CLOSED', stage: 'dial', cause: error })
}

/** The server takes no sessions now, of whatever kind. */
const CANNOT_CONNECT_NOW = '57P03'

/** Until the server has accepted our credentials its refusal is one that may lead on to the next attempt. */
function loginFault(error: unknown, stage: SourceStage, isEncrypted: boolean): ConnectFault {
  const isRefusal =
    error instanceof DatabaseError && stage === 'authenticate' && error.code !== CANNOT_CONNECT_NOW
  const kind: FaultKind = isRefusal ? 'rejection' : 'other'
  return error instanceof ConnectFault ? error : new ConnectFault({ cause: error, stage, kind, isEncrypted })
}

/** About half a second of hashing. A server that asks for more keeps a thread of ours busy for as long as it likes. */
const MAX_SCRAM_ITERATIONS = 1_000_000

/** Everything the driver would otherwise take from the environment is given; the password even if empty. */
function clientConfig(
  target: ConnectionTarget,
  socket: Socket,
  applicationName: string,
): ClientConfig & { scramMaxIterations: number } {
  return {
    host: target.host,
    port: target.port,
    database: target.database,
    user: target.username,
    password: () => target.password,
    application_name: applicationName,
    ssl: false,
    stream: () => connected(socket),
    enableChannelBinding: canBind(target, socket),
    scramMaxIterations: MAX_SCRAM_ITERATIONS,
  }
}

/** Whether SCRAM may be bound to the TLS channel. */
function canBind({ tls }: ConnectionTarget, socket: Socket): boolean {
  return socket instanceof TLSSocket && tls.channelBinding !== 'disable'
}

/** The driver wants to connect its stream itself; this one is, and says so when it is asked. */
function connected(socket: Socket): Socket {
  const connect = (): Socket => {
    process.nextTick(() => socket.emit('connect'))
    return socket
  }
  return Object.assign(socket, { connect })
}

interface LoginProgress {
  stage: SourceStage
  method: LoginMethod
  readonly parameters: Map<string, string>
}

/** Follows the messages of a login. */
function watchLogin(client: DriverClient, target: ConnectionTarget, socket: Socket): LoginProgress {
  const progress: LoginProgress = { stage: 'authenticate', method: 'none', parameters: new Map() }
  const { connection } = client
  const choose = (method: LoginMethod): void => {
    progress.method = method
    assertMethod(target, method, socket)
  }
  connection.once('authenticationCleartextPassword', () => choose('password'))
  connection.once('authenticationMD5Password', () => choose('md5'))
  connection.on('authenticationSASL', ({ mechanisms }) => {
    if (!mechanisms.some((name) => name.startsWith('SCRAM-SHA-256'))) return refuse(socket, mechanisms)
    const isBound = canBind(target, socket)
    choose(isBound && mechanisms.includes('SCRAM-SHA-256-PLUS') ? 'scram-sha-256-plus' : 'scram-sha-256')
  })
  connection.once('authenticationOk', () => {
    assertMethod(target, progress.method, socket)
    progress.stage = 'database'
  })
  connection.on('parameterStatus', (status) => {
    progress.parameters.set(status.parameterName, status.parameterValue)
  })
  return progress
}

/** OAUTHBEARER for one. */
function refuse(socket: Socket, mechanisms: readonly string[]): void {
  const detail = `SASL ${mechanisms.join(' or ')}`
  socket.destroy(new ConnectFault({ code: 'AUTH_METHOD_UNSUPPORTED', stage: 'authenticate', detail }))
}

const METHOD_NAMES: Readonly<Record<LoginMethod, string>> = {
  none: 'nothing',
  password: 'the password in clear text',
  md5: 'an md5 hash of the password',
  'scram-sha-256': 'SCRAM without channel binding',
  'scram-sha-256-plus': 'SCRAM with channel binding',
}

/** Runs before the driver answers, so that a password which must be bound never leaves unbound. */
function assertMethod({ tls, password }: ConnectionTarget, method: LoginMethod, socket: Socket): void {
  if (tls.channelBinding === 'require' && method !== 'scram-sha-256-plus') {
    const detail = METHOD_NAMES[method]
    socket.destroy(new ConnectFault({ code: 'CHANNEL_BINDING_UNAVAILABLE', stage: 'authenticate', detail }))
  } else if (method !== 'none' && password === '') {
    socket.destroy(new ConnectFault({ code: 'PASSWORD_MISSING', stage: 'authenticate' }))
  }
}
