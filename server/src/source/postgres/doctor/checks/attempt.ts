import type { Session } from '#source/postgres/connect/session.ts'
import type { Finding } from '#source/postgres/doctor/diagnosis.ts'
import { finding } from '#source/postgres/doctor/findings.ts'
import { failureOf } from '#source/postgres/failures/describe-failure.ts'
import type { FailureCode } from '#source/postgres/failures/failures.ts'
import { SourceError } from '#source/postgres/failures/source-error.ts'
import { QUERY_CANCELED } from '#source/postgres/failures/sql-states.ts'

/** What ends a session in the middle of a statement. */
const ENDINGS: Readonly<Record<string, FailureCode>> = {
  CONNECTION_LOST: 'SESSION_LOST',
  '57P01': 'SESSION_TERMINATED',
  '57P02': 'SESSION_TERMINATED',
  '57P05': 'SESSION_TERMINATED',
}

/** No further statement will have an answer. */
export function endsSession({ code }: SourceError): boolean {
  return ENDINGS[code] !== undefined
}

/** Runs checks one by one; what keeps one of them from its answer is a finding. */
export class Attempts {
  readonly findings: Finding[] = []
  readonly #session: Session
  readonly #signal: AbortSignal | undefined
  /** Why no check is begun any more. */
  #ended: 'time is up' | 'lost' | undefined

  constructor(session: Session, signal: AbortSignal | undefined) {
    this.#session = session
    this.#signal = signal
  }

  /**
   * The answer of a check; `undefined` if it has none, or is not begun since the session is gone.
   * @throws the signal's reason after an abort
   */
  async run<T>(what: string, check: () => Promise<T>): Promise<T | undefined> {
    if (this.#ended === 'time is up') this.findings.push(unfinished(what))
    if (this.#ended !== undefined) return undefined
    try {
      return await check()
    } catch (error) {
      this.#signal?.throwIfAborted()
      this.findings.push(this.#describe(what, error))
      return undefined
    }
  }

  #describe(what: string, error: unknown): Finding {
    const { driver, target } = this.#session
    // Without a caller's abort, what is no failure of the source is that the time is up, which ends the session.
    const isUp = !(error instanceof SourceError) && driver.connection.stream.destroyed
    if (isUp || (error instanceof SourceError && error.code === QUERY_CANCELED)) {
      if (isUp) this.#ended = 'time is up'
      return unfinished(what)
    }
    if (!(error instanceof SourceError)) {
      return finding('CHECK_FAILED', `The check of ${what} failed: the server's answer makes no sense.`)
    }
    const ending = ENDINGS[error.code]
    if (ending === undefined) return failed(what, error)
    this.#ended = 'lost'
    const { code, stage, message, remedy } = failureOf(ending, { target, detail: lastWords(error) })
    return { severity: 'error', code, stage, message, remedy, sqlState: error.sqlState }
  }
}

const PERMISSION_DENIED = '42501'

function failed(what: string, { code, message }: SourceError): Finding {
  const remedy = 'Give the user the rights on the system catalogue that every user has by default.'
  const said = `The check of ${what} failed. ${message}`
  return finding('CHECK_FAILED', said, code === PERMISSION_DENIED ? remedy : undefined)
}

function unfinished(what: string): Finding {
  return finding('CHECK_UNFINISHED', `The check of ${what} did not end in time.`)
}

/** What the server said, without our words before it. */
function lastWords({ message }: SourceError): string {
  return message.replace(/^(?:PostgreSQL says|The connection to .*? was lost): /, '')
}
