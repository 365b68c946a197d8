import { Socket } from 'node:net'
import { checkServerIdentity, type PeerCertificate, type TLSSocket } from 'node:tls'
import { Client, type ClientConfig } from 'pg'
import type { ConnectionTarget } from './connection-target.ts'
import type { SourceStage } from './source-error.ts'
import type { TlsPlan } from './tls-plan.ts'

/** What we use of the driver beyond its public types: the connection that carries the messages. */
export interface DriverConnection {
  readonly stream: Socket | TLSSocket
  on(event: 'parameterStatus', listener: (message: ParameterStatus) => void): void
  once(event: 'sslconnect', listener: () => void): void
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
}

/** A session that is open, with what the server said while it opened. */
export interface Dialled {
  readonly client: DriverClient
  readonly isEncrypted: boolean
  /** `server_version` and its like. */
  readonly parameters: ReadonlyMap<string, string>
}

export interface DialOptions {
  readonly attempt: 'tls' | 'plain'
  readonly applicationName: string
  readonly signal: AbortSignal
  /** Makes the socket of a plain attempt. It must emit `data` until the driver is done with it. */
  readonly createSocket?: (() => Socket) | undefined
}

/** An attempt that failed, with the stage that it had reached. */
export class DialError extends Error {
  override readonly name = 'DialError'
  readonly stage: SourceStage
  /** The server answered the request for TLS with a plain "no". */
  readonly isTlsRefused: boolean

  constructor(cause: unknown, stage: SourceStage) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.stage = stage
    this.isTlsRefused = /does not support SSL/.test(this.message)
  }
}

/**
 * Opens one session over TLS or in plaintext, without any fallback: the driver gets host, port, user and an
 * explicit `ssl`, never a URL or a mode.
 * @throws DialError
 */
export async function dial(target: ConnectionTarget, options: DialOptions): Promise<Dialled> {
  const socket = options.attempt === 'plain' && options.createSocket ? options.createSocket() : new Socket()
  const client = new Client(clientConfig(target, options, socket)) as DriverClient
  const stage = watchStage(client, socket, options.attempt)
  const parameters = new Map<string, string>()
  client.connection.on('parameterStatus', (status) => {
    parameters.set(status.parameterName, status.parameterValue)
  })
  // A socket that dies while no query runs would end the process; the next query reports it anyway.
  client.on('error', () => {})
  const giveUp = (): void => {
    socket.destroy(options.signal.reason as Error)
  }
  options.signal.addEventListener('abort', giveUp, { once: true })
  try {
    options.signal.throwIfAborted()
    await client.connect()
    return { client, isEncrypted: options.attempt === 'tls', parameters }
  } catch (error) {
    socket.destroy()
    throw new DialError(error, stage())
  } finally {
    options.signal.removeEventListener('abort', giveUp)
  }
}

/** Everything the driver would otherwise take from the environment is given; the password even if empty. */
function clientConfig(target: ConnectionTarget, options: DialOptions, socket: Socket): ClientConfig {
  return {
    host: target.host,
    port: target.port,
    database: target.database,
    user: target.username,
    password: () => target.password,
    application_name: options.applicationName,
    keepAlive: true,
    stream: () => socket,
    ssl: options.attempt === 'tls' ? tlsOptions(target.tls, target.host) : false,
  }
}

type TlsOptions = Exclude<ClientConfig['ssl'], boolean | undefined>

function tlsOptions(plan: TlsPlan, host: string): TlsOptions {
  const roots = plan.ca === undefined ? {} : { ca: plan.ca }
  if (!plan.verifyChain) return { rejectUnauthorized: false, ...roots }
  const name = plan.expectedName ?? host
  return {
    rejectUnauthorized: true,
    checkServerIdentity: (_host: string, certificate: PeerCertificate) =>
      plan.verifyName ? checkServerIdentity(name, certificate) : undefined,
    ...roots,
  }
}

/** Follows the events of a connection under way; the function returned tells the stage reached. */
function watchStage(client: DriverClient, socket: Socket, attempt: 'tls' | 'plain'): () => SourceStage {
  let stage: SourceStage = 'resolve'
  socket.once('lookup', (error) => {
    if (!error) stage = 'dial'
  })
  socket.once('connectionAttempt', () => {
    stage = 'dial'
  })
  socket.once('connect', () => {
    stage = attempt === 'tls' ? 'tls' : 'authenticate'
  })
  client.connection.once('sslconnect', () => {
    client.connection.stream.once('secureConnect', () => {
      stage = 'authenticate'
    })
  })
  return () => stage
}
