import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { FieldDef, QueryConfig, QueryResult, QueryResultRow, types } from 'pg'
import { ConnectFault } from '#source/postgres/failures/connect-fault.ts'
import {
  describeOpening,
  describeQueryFailure,
  failureOf,
} from '#source/postgres/failures/describe-failure.ts'
import { SourceError } from '#source/postgres/failures/source-error.ts'
import { QUERY_CANCELED } from '#source/postgres/failures/sql-states.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import type { DialAttempt } from '#source/postgres/params/tls-plan.ts'
import { sendCancelRequest } from './cancel-request.ts'
import { describeFaults, timeoutCode } from './describe-faults.ts'
import { type Dialled, type DriverClient, dial, type LoginMethod } from './dial.ts'
import {
  localSettings,
  planSettings,
  type Setting,
  type SettingsOptions,
  settingStatement,
} from './session-settings.ts'

/** Asked for UTF-8, a server without an encoding refuses all rows for one text that is none. */
const RAW_TEXTS: readonly Setting[] = [['client_encoding', 'SQL_ASCII']]

const APPLICATION_NAME = 'headwater'

export interface OpenSessionOptions extends SettingsOptions {
  /** Ends the session: a running statement is cancelled on the server. */
  readonly signal?: AbortSignal | undefined
  readonly applicationName?: string | undefined
  /** See {@link dial}; for a reader that takes the socket over. */
  readonly createSocket?: (() => Socket) | undefined
  /** See {@link dial}. */
  readonly maxBytes?: number | undefined
  /** Told of each attempt that failed. */
  readonly onAttempt?: ((attempt: DialAttempt, fault: ConnectFault) => void) | undefined
}

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
    await session.prepare(options)
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

/** From this version on the catalogue has all that is asked of it. */
const OLDEST_MAJOR = 12

/** A server that answers, but that can't be worked with. */
function assertUsable({ serverVersion, serverMajor, target }: Session): void {
  if (serverVersion.includes('/bouncer')) throw failureOf('NOT_A_DATABASE', { target })
  if (serverMajor < OLDEST_MAJOR) throw failureOf('SERVER_TOO_OLD', { target, detail: serverVersion })
}

/** Tries the attempts of the plan in order, going on where the plan says so. */
async function dialAttempts(
  target: ConnectionTarget,
  { signal, createSocket, applicationName = APPLICATION_NAME, maxBytes, onAttempt }: OpenSessionOptions,
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

/** Of one short statement; a server that is so busy that each of them takes a millisecond has other troubles. */
const MAX_LIFTS = 5

/** How long a goodbye may take; a server that is out of reach never answers it. */
const CLOSE_TIMEOUT_MS = 2_000
/** A session that has just rested answers at once; one that doesn't is given up for a new one, which costs little. */
const RESUME_TIMEOUT_MS = 2_000

export interface QueryOptions {
  /** `raw`: every value is PostgreSQL's text or null. Default: the driver's types (bigint as text). */
  readonly values?: 'raw' | 'parsed' | undefined
  /** Comes again, and has the same columns every time, as questions to the catalogue have: planned once a session. */
  readonly isPrepared?: boolean | undefined
}

/** More than all questions of ours are. */
const MAX_NAMES = 64

const BEGIN = /^\s*begin\b/i

const RAW_TYPES = { getTypeParser: () => (text: string | null) => text } as unknown as typeof types

/** One session on a server. One statement at a time. Dispose it. */
export class Session implements AsyncDisposable {
  readonly target: ConnectionTarget
  /** `15.4`, without the packager's remark. */
  readonly serverVersion: string
  /** The database has no encoding (SQL_ASCII): its texts are whatever bytes somebody wrote. */
  readonly isUnencoded: boolean
  /** 15 of `15.4`. */
  readonly serverMajor: number
  readonly isEncrypted: boolean
  readonly loginMethod: LoginMethod
  readonly #client: DriverClient
  #signal: AbortSignal | undefined
  #isClosed = false
  readonly #names = new Map<string, string>()
  /**
   * How long an answer may take until the session counts as lost: what was sent on a connection that has gone dead
   * without a word is waited for for a quarter of an hour otherwise.
   */
  patienceMs: number | undefined
  /** Behind a pooler: what each transaction begins with. */
  #localSettings: string | undefined

  constructor(target: ConnectionTarget, dialled: Dialled, signal?: AbortSignal | undefined) {
    this.target = target
    this.isEncrypted = dialled.isEncrypted
    this.loginMethod = dialled.loginMethod
    this.isUnencoded = dialled.parameters.get('server_encoding') === 'SQL_ASCII'
    this.serverVersion = (dialled.parameters.get('server_version') ?? '').split(' ')[0] ?? ''
    this.serverMajor = Number.parseInt(this.serverVersion, 10) || 0
    this.#client = dialled.client
    this.#signal = signal
    signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  /**
   * Makes settings those of the session, or, behind a pooler, of each of its transactions: what a session sets there
   * is lost, or met by other clients.
   */
  async set(settings: readonly Setting[], lifts = 0): Promise<void> {
    const statement = settingStatement(settings, this.#client.processID)
    try {
      const [row] = await this.#run<{ is_lent: boolean }>(statement)
      if (row?.is_lent === true) this.#localSettings = localSettings(settings)
    } catch (error) {
      if (!(error instanceof SourceError) || error.code !== QUERY_CANCELED || lifts === MAX_LIFTS) throw error
      // A timeout of the role is shorter than all of that takes: it is lifted by a statement of its own, which takes
      // a few microseconds. As an option of the start-up it would be earlier still, but poolers refuse those.
      await this.#run('set statement_timeout = 0').catch(() => {})
      await this.set(settings, lifts + 1)
    }
  }

  /** Another server session may be ours for each transaction: a pooler stands in between. */
  get isPooled(): boolean {
    return this.#localSettings !== undefined
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
    const isOutside = this.#client.getTransactionStatus() === 'I'
    if (this.#localSettings === undefined || !isOutside) return await this.#run(text, values, options)
    if (BEGIN.test(text)) return await this.#run(`${text}; ${this.#localSettings}`)
    await this.#run(`begin; ${this.#localSettings}`)
    try {
      const rows = await this.#run<Row>(text, values, options)
      await this.#run('commit')
      return rows
    } catch (error) {
      await this.#run('rollback').catch(() => {})
      throw error
    }
  }

  /**
   * The columns of what a statement returns, inside a transaction that is under way.
   * @throws SourceError of stage `query`; the signal's reason after an abort.
   */
  async describe(text: string): Promise<readonly FieldDef[]> {
    return (await this.#ask({ text })).fields
  }

  async #run<Row extends QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
    options: QueryOptions = {},
  ): Promise<Row[]> {
    const raw = options.values === 'raw' ? { types: RAW_TYPES } : {}
    const name = options.isPrepared === true ? this.#nameOf(text) : undefined
    const asked = values.length > 0 ? { text, values: [...values], ...(name && { name }) } : { text }
    const result = await this.#ask<Row>({ ...asked, ...raw })
    return result.rows ?? []
  }

  /** Behind a pooler the next server session would not know it. */
  #nameOf(text: string): string | undefined {
    if (this.#localSettings !== undefined) return undefined
    const name = this.#names.get(text) ?? `headwater_${this.#names.size}`
    if (!this.#names.has(text) && this.#names.size >= MAX_NAMES) return undefined
    this.#names.set(text, name)
    return name
  }

  async #ask<Row extends QueryResultRow>(config: QueryConfig): Promise<QueryResult<Row>> {
    this.#signal?.throwIfAborted()
    try {
      return await this.#within(this.patienceMs, () => this.#client.query<Row>(config))
    } catch (error) {
      this.#signal?.throwIfAborted()
      throw describeQueryFailure(error, this.target)
    }
  }

  /** Gives the connection up when the work takes longer. */
  async #within<T>(patienceMs: number | undefined, work: () => Promise<T>): Promise<T> {
    const { stream } = this.#client.connection
    const impatience = patienceMs === undefined ? undefined : setTimeout(() => stream.destroy(), patienceMs)
    try {
      return await work()
    } finally {
      clearTimeout(impatience)
    }
  }

  /**
   * Does something in which the server may take its time: waits for a lock, looks through a table. Where the server
   * has a limit of its own for it, `limitMs`, a session that keeps silent for longer counts as lost all the same.
   */
  async patiently<T>(work: () => Promise<T>, limitMs?: number | undefined): Promise<T> {
    const { patienceMs } = this
    this.patienceMs = limitMs === undefined || patienceMs === undefined ? undefined : limitMs + patienceMs
    try {
      return await work()
    } finally {
      this.patienceMs = patienceMs
    }
  }

  /** Gives up what the session was at, so that it can be used again; false when it can't. Never throws. */
  async rest(): Promise<boolean> {
    const { stream } = this.#client.connection
    if (this.#isClosed || stream.destroyed || this.#signal?.aborted) return false
    this.patienceMs = undefined
    try {
      if (this.#client.getTransactionStatus() !== 'I')
        await this.#within(CLOSE_TIMEOUT_MS, () => this.#client.query('rollback'))
      return !stream.destroyed
    } catch {
      return false
    } finally {
      this.#signal?.removeEventListener('abort', this.#onAbort)
      this.#signal = undefined
    }
  }

  /** Begins another use of a session that rested, with all settings set anew; false when its server is gone. */
  async resume({
    signal,
    applicationName = APPLICATION_NAME,
    ...options
  }: OpenSessionOptions): Promise<boolean> {
    const { stream } = this.#client.connection
    if (stream.destroyed) return false
    this.#signal = signal
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    const settings: readonly Setting[] = [...this.#plan(options), ['application_name', applicationName]]
    try {
      await this.#within(RESUME_TIMEOUT_MS, () => this.set(settings))
      return true
    } catch {
      return false
    }
  }

  /** Sets what every session of ours has to have. */
  async prepare(options: SettingsOptions): Promise<void> {
    await this.set(this.#plan(options))
  }

  #plan(options: SettingsOptions): Setting[] {
    const raw = this.isUnencoded ? RAW_TEXTS : []
    return [...planSettings(this.target, this.serverMajor, options), ...raw]
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
    await this.#within(CLOSE_TIMEOUT_MS, () => this.#client.end()).catch(() => {})
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
