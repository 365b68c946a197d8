import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import type { SourceStage } from './source-error.ts'

/** What the sentences of a failure are made of. No secret. */
export interface FailureFacts {
  readonly target: ConnectionTarget
  /** What the server, TLS or the network said, or the names that a message needs; one line. */
  readonly detail: string
}

/** One way in which opening a session fails: where, why, and what to do. */
export interface Failure {
  readonly stage: SourceStage
  /** The same may work in a while without anybody doing anything. */
  readonly mayPass?: true
  /** One sentence with the offending value. */
  readonly message: (facts: FailureFacts) => string
  /** One thing to do, in one sentence. */
  readonly remedy: string | ((facts: FailureFacts) => string)
}

/** `db.example.com:5432` */
export function at({ target }: FailureFacts): string {
  const { host, port } = target
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** `"ann"` */
export function user({ target }: FailureFacts): string {
  return `"${target.username}"`
}

export function database({ target }: FailureFacts): string {
  return `"${target.database}"`
}

/** What of the connection decides about TLS. */
export function tlsMode({ target }: FailureFacts): string {
  return `sslMode "${target.tls.mode}"`
}

/** `15 seconds` */
export function patience({ target }: FailureFacts): string {
  const seconds = target.connectTimeoutMs / 1000
  return `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`
}
