import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { QueryResultRow, types } from 'pg'
import { quoteIdentifier } from '#source/postgres/sql/quote.ts'
import { sendCancelRequest } from './cancel-request.ts'
import { ConnectFault } from './connect-fault.ts'
import type { ConnectionTarget } from './connection-target.ts'
import { describeOpening, describeQueryFailure, failureOf } from './describe-failure.ts'
import { describeFaults, timeoutCode } from './describe-faults.ts'
import { type Dialled, type DriverClient, dial, type LoginMethod } from './dial.ts'
import { SourceError } from './source-error.ts'
import type { DialAttempt } from './tls-plan.ts'

export interface OpenSessionOptions {
  /** Ends the session: a running statement is cancelled on the server. */
  readonly signal?: AbortSignal | undefined
  readonly applicationName?: string | undefined
  /** Every transaction of the session is read only unless it says otherwise. */
  readonly readOnly?: boolean | undefined
  /** Bounds each statement; absent, none is. */
  readonly statementTimeoutMs?: number | undefined
  /** How long a statement waits for a lock; absent, as long as it takes. */
  readonly lockTimeoutMs?: number | undefined
  /** See {@link dial}; for a reader that takes the socket over. */
  readonly createSocket?: (() => Socket) | undefined
  /** See {@link dial}. */
  readonly maxBytes?: number | undefined
  /** Told of each attempt that failed. */
  readonly onAttempt?: ((attempt: DialAttempt, fault: ConnectFault) => void) | undefined
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
  'set idle_in_transaction_session_timeout = 0',
]

/** Timeouts that came with a version of their own. */
const NEWER_SETTINGS: readonly (readonly [major: number, setting: string])[] = [
  [14, 'set idle_session_timeout = 0'],
  [17, 'set transaction_timeout = 0'],
]

/**
 * Opens a session as the target's TLS plan says: attempts in order, with libpq's rules for going on.
 * All of it is bounded by `target.connectTimeoutMs`.
 * @throws SourceError; the signal's reason after an abort
 */
export async function openSession(
  target: ConnectionTarget,
  options: OpenSessionOptions = {},
): Promise<Session> {
  const timeout = AbortSignal.timeout(target.connectTimeoutMs)
  const dialled = await dialAttempts(target, options, timeout)
  const session = new Session(target, dialled, options.signal)
  const giveUp = (): void => void dialled.client.connection.stream.destroy()
  timeout.addEventListener('abort', giveUp, { once: true })
  try {
    assertUsable(session)
    await applySettings(session, settingsFor(session, options).join('; '))
    return session
  } catch (error) {
    await session.close()
    options.signal?.throwIfAborted()
    throw timeout.aborted
      ? failureOf('LOGIN_TIMEOUT', { target, cause: error })
      : describeOpening(error, target)
  } finally {
    timeout.removeEventListener('abort', giveUp)
  }
}

const TIMED_OUT = '57014'
/** Of one short statement; a server that is so busy that each of them takes a millisecond has other troubles. */
const MAX_LIFTS = 5

/**
 * A timeout of the role may be shorter than all our settings take. It is lifted by a statement of its own then, which
 * takes a few microseconds. As an option of the start-up it would be earlier still, but poolers refuse those.
 */
async function applySettings(session: Session, settings: string, lifts = 0): Promise<void> {
  try {
    await session.query(settings)
  } catch (error) {
    if (!(error instanceof SourceError) || error.code !== TIMED_OUT || lifts === MAX_LIFTS) throw error
    await session.query('set statement_timeout = 0').catch(() => {})
    await applySettings(session, settings, lifts + 1)
  }
}

/** From this version on the catalogue has all that is asked of it. */
const OLDEST_MAJOR = 12

/** A server that answers, but that can't be worked with. */
function assertUsable({ serverVersion, serverMajor, target }: Session): void {
  if (serverVersion.includes('/bouncer')) throw failureOf('NOT_A_DATABASE', { target })
  if (serverMajor < OLDEST_MAJOR) throw failureOf('SERVER_TOO_OLD', { target, detail: serverVersion })
}

function settingsFor({ serverMajor, target }: Session, options: OpenSessionOptions): string[] {
  const path = target.searchPath?.map(quoteIdentifier).join(', ')
  return [
    ...SESSION_SETTINGS,
    `set statement_timeout = ${options.statementTimeoutMs ?? 0}`,
    `set lock_timeout = ${options.lockTimeoutMs ?? 0}`,
    ...NEWER_SETTINGS.filter(([major]) => serverMajor >= major).map(([, setting]) => setting),
    ...(path === undefined || path === '' ? [] : [`set search_path = ${path}`]),
    ...(options.readOnly === true ? ['set default_transaction_read_only = on'] : []),
  ]
}

/** Tries the attempts of the plan in order, going on where the plan says so. */
async function dialAttempts(
  target: ConnectionTarget,
  { signal, createSocket, applicationName = 'headwater', maxBytes, onAttempt }: OpenSessionOptions,
  timeout: AbortSignal,
): Promise<Dialled> {
  const bounded = signal ? AbortSignal.any([signal, timeout]) : timeout
  const faults: ConnectFault[] = []
  for (const attempt of target.tls.attempts) {
    try {
      return await dial(target, { attempt, applicationName, signal: bounded, createSocket, maxBytes })
    } catch (error) {
      signal?.throwIfAborted()
      const fault = ConnectFault.from(error, 'dial')
      onAttempt?.(attempt, fault)
      if (timeout.aborted) throw failureOf(timeoutCode(fault), { target, cause: fault })
      faults.push(fault)
      if (!leadsOn(attempt, fault)) break
    }
  }
  throw await describeFaults(faults, target, bounded)
}

function leadsOn({ encryption, nextAfter }: DialAttempt, fault: ConnectFault): boolean {
  if (fault.kind === 'other' || !nextAfter.includes(fault.kind)) return false
  // A session that had gone on in plaintext was refused in plaintext already.
  return encryption === 'plain' || fault.kind === 'handshake' || fault.isEncrypted
}

/** How long a goodbye may take; a server that is out of reach never answers it. */
const CLOSE_TIMEOUT_MS = 2_000

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
  readonly loginMethod: LoginMethod
  readonly #client: DriverClient
  readonly #signal: AbortSignal | undefined
  #isClosed = false

  constructor(target: ConnectionTarget, dialled: Dialled, signal?: AbortSignal | undefined) {
    this.target = target
    this.isEncrypted = dialled.isEncrypted
    this.loginMethod = dialled.loginMethod
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
      throw describeQueryFailure(error, this.target)
    }
  }

  /** The encrypted stream underneath; `undefined` in plaintext. */
  get tlsSocket(): TLSSocket | undefined {
    const { stream } = this.#client.connection
    return stream instanceof TLSSocket ? stream : undefined
  }

  /** The driver underneath, for the reader that takes its socket over. */
  get driver(): DriverClient {
    return this.#client
  }

  /** Tells the server to cancel what this session is doing. Never throws; the answer is the statement's error. */
  async cancel(): Promise<void> {
    const { processID: processId, secretKey } = this.#client
    if (processId === null || secretKey === null) return
    await sendCancelRequest(this.target, this.isEncrypted, { processId, secretKey })
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
