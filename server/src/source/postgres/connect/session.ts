import type { Socket } from 'node:net'
import type { QueryResultRow, types } from 'pg'
import { sendCancelRequest } from './cancel-request.ts'
import type { ConnectionTarget } from './connection-target.ts'
import { describeFailure } from './describe-failure.ts'
import { type DialError, type Dialled, type DriverClient, dial } from './dial.ts'
import { SourceError } from './source-error.ts'

export interface OpenSessionOptions {
  /** Ends the session: a running statement is cancelled on the server. */
  readonly signal?: AbortSignal | undefined
  readonly applicationName?: string | undefined
  /** Every transaction of the session is read only unless it says otherwise. */
  readonly readOnly?: boolean | undefined
  /** See {@link dial}; for a reader that takes the socket over. */
  readonly createSocket?: (() => Socket) | undefined
}

/**
 * What must not depend on the server's configuration: the text forms of values, and that a long read isn't
 * cut short by a timeout meant for a shop's checkout.
 */
const SESSION_SETTINGS = [
  "set datestyle = 'ISO, MDY'",
  "set intervalstyle = 'postgres'",
  "set timezone = 'UTC'",
  'set extra_float_digits = 1',
  "set bytea_output = 'hex'",
  "set xmloption = 'content'",
  'set standard_conforming_strings = on',
  'set statement_timeout = 0',
  'set lock_timeout = 0',
  'set idle_in_transaction_session_timeout = 0',
]

/**
 * Opens a session as the target's TLS plan says: attempts in order, with libpq's rules for going on.
 * All attempts together are bounded by `target.connectTimeoutMs`.
 * @throws SourceError
 */
export async function openSession(
  target: ConnectionTarget,
  options: OpenSessionOptions = {},
): Promise<Session> {
  const timeout = AbortSignal.timeout(target.connectTimeoutMs)
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout
  const dialled = await dialAttempts(target, options, signal)
  const session = new Session(target, dialled, options.signal)
  try {
    const readOnly = options.readOnly === true ? ['set default_transaction_read_only = on'] : []
    await session.query([...SESSION_SETTINGS, ...readOnly].join('; '))
    return session
  } catch (error) {
    await session.close()
    throw error
  }
}

async function dialAttempts(
  target: ConnectionTarget,
  options: OpenSessionOptions,
  signal: AbortSignal,
): Promise<Dialled> {
  const failures: SourceError[] = []
  for (const attempt of target.tls.attempts) {
    try {
      const applicationName = options.applicationName ?? 'headwater'
      const { encryption } = attempt
      return await dial(target, {
        attempt: encryption,
        applicationName,
        signal,
        createSocket: options.createSocket,
      })
    } catch (error) {
      const failure = error as DialError
      options.signal?.throwIfAborted()
      failures.push(describeDialFailure(failure, target, signal.aborted))
      if (!mayTryNext(failure, attempt.encryption, target) || signal.aborted) break
    }
  }
  throw mostTelling(failures)
}

/**
 * libpq's rules. A plain "no" to TLS and a failed handshake lead on to plaintext; so does a session that is
 * refused (a rule for the other kind of connection may let us in). Nothing leads on from a host that can't be
 * reached, and an untrusted certificate that we were to check never leads to plaintext.
 */
function mayTryNext(failure: DialError, attempt: 'tls' | 'plain', target: ConnectionTarget): boolean {
  if (failure.isTlsRefused) return true
  if (attempt === 'tls' && target.tls.verifyChain) return false
  return failure.stage === 'tls' || failure.stage === 'authenticate'
}

function describeDialFailure(failure: DialError, target: ConnectionTarget, isTimeout: boolean): SourceError {
  const address = `${target.host}:${target.port}`
  if (isTimeout) {
    return new SourceError({
      code: 'CONNECT_TIMEOUT',
      stage: failure.stage,
      message: `${address} did not complete the connection within ${target.connectTimeoutMs / 1000} seconds.`,
      remedy: 'Check server, port, route and firewall, or raise the connection timeout.',
    })
  }
  if (failure.isTlsRefused) {
    return new SourceError({
      code: 'TLS_NOT_OFFERED',
      stage: 'tls',
      message: `The server ${address} does not offer TLS, but sslMode "${target.tls.mode}" asks for it.`,
      remedy: 'Switch TLS on at the server, or choose sslMode "prefer" or "disable".',
    })
  }
  return describeFailure(failure.cause, target, failure.stage)
}

/** How long a goodbye may take; a server that is out of reach never answers it. */
const CLOSE_TIMEOUT_MS = 2_000

const STAGES = ['resolve', 'dial', 'tls', 'authenticate', 'database', 'query']

/** Of several failures the one that got furthest; a wrong password says more than a missing rule. */
function mostTelling(failures: readonly SourceError[]): SourceError {
  const rank = (error: SourceError): number =>
    STAGES.indexOf(error.stage) + (error.code === '28000' ? 0 : 0.5)
  // @NOTE never empty: every plan has an attempt, and an attempt that didn't fail has returned.
  return failures.reduce((best, error) => (rank(error) > rank(best) ? error : best)) as SourceError
}

export interface QueryOptions {
  /** `raw`: every value is PostgreSQL's text or null. Default: the driver's types (bigint as text). */
  readonly values?: 'raw' | 'parsed' | undefined
}

const RAW_TYPES = { getTypeParser: () => (text: string | null) => text } as unknown as typeof types

/** One session on a server. One statement at a time. Dispose it. */
export class Session implements AsyncDisposable {
  readonly target: ConnectionTarget
  /** `15.4`, without the packager's remark. */
  readonly serverVersion: string
  /** 15 of `15.4`. */
  readonly serverMajor: number
  readonly isEncrypted: boolean
  readonly #client: DriverClient
  readonly #signal: AbortSignal | undefined
  #isClosed = false

  constructor(target: ConnectionTarget, dialled: Dialled, signal?: AbortSignal | undefined) {
    this.target = target
    this.isEncrypted = dialled.isEncrypted
    this.serverVersion = (dialled.parameters.get('server_version') ?? '').split(' ')[0] ?? ''
    this.serverMajor = Number.parseInt(this.serverVersion, 10) || 0
    this.#client = dialled.client
    this.#signal = signal
    signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  /**
   * Runs one statement, or several without parameters (the rows are then those of none).
   * @throws SourceError of stage `query`; the signal's reason after an abort.
   */
  async query<Row extends QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
    options: QueryOptions = {},
  ): Promise<Row[]> {
    this.#signal?.throwIfAborted()
    try {
      const raw = options.values === 'raw' ? { types: RAW_TYPES } : {}
      const config = values.length > 0 ? { text, values: [...values], ...raw } : { text, ...raw }
      const result = await this.#client.query<Row>(config)
      return result.rows ?? []
    } catch (error) {
      this.#signal?.throwIfAborted()
      throw describeFailure(error, this.target, 'query')
    }
  }

  /** The driver underneath, for the reader that takes its socket over. */
  get driver(): DriverClient {
    return this.#client
  }

  /** Tells the server to cancel what this session is doing. Never throws; the answer is the statement's error. */
  async cancel(): Promise<void> {
    const { processID, secretKey } = this.#client
    if (processID !== null && secretKey !== null) await sendCancelRequest(this.target, processID, secretKey)
  }

  /** Ends the session. Idempotent; never throws. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#signal?.removeEventListener('abort', this.#onAbort)
    const { stream } = this.#client.connection
    if (stream.destroyed) return
    const impatience = setTimeout(() => stream.destroy(), CLOSE_TIMEOUT_MS)
    await this.#client.end().catch(() => {})
    clearTimeout(impatience)
    stream.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  readonly #onAbort = (): void => {
    void this.cancel()
    this.#client.connection.stream.destroy()
  }
}
