import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { quoteIdentifier, quoteLiteral } from '#source/postgres/sql/quote.ts'

export type Setting = readonly [name: string, value: string]

export interface SettingsOptions {
  /** Every transaction of the session is read only unless it says otherwise. */
  readonly readOnly?: boolean | undefined
  /** Bounds each statement; absent, none is. */
  readonly statementTimeoutMs?: number | undefined
  /** Rows that row-level security would hide are an error instead. */
  readonly refusesRowSecurity?: boolean | undefined
  /** How long a statement waits for a lock; absent, as long as it takes. */
  readonly lockTimeoutMs?: number | undefined
  /** How long the server waits for a statement of ours within a transaction before it ends the session; default ten minutes. */
  readonly idleTransactionMs?: number | undefined
}

/** A transaction that nobody goes on with keeps VACUUM from its work. Who pages through a list may take a while. */
const IDLE_TRANSACTION_MS = 600_000

/**
 * What must not depend on the server's configuration: the text forms of values, and that a long read isn't
 * cut short by a timeout meant for a shop's checkout.
 */
const ALWAYS: readonly Setting[] = [
  ['datestyle', 'ISO, MDY'],
  ['intervalstyle', 'postgres'],
  ['timezone', 'UTC'],
  ['extra_float_digits', '1'],
  ['bytea_output', 'hex'],
  ['xmloption', 'content'],
  ['standard_conforming_strings', 'on'],
  // How the server finds out that we are gone, with a machine or a network, or take nothing any more of what it sends.
  ['tcp_keepalives_idle', '30'],
  ['tcp_keepalives_interval', '10'],
  ['tcp_keepalives_count', '3'],
  ['tcp_user_timeout', '300000'],
]

/** Timeouts that came with a version of their own. */
const NEWER: readonly (readonly [major: number, name: string])[] = [
  [14, 'idle_session_timeout'],
  [17, 'transaction_timeout'],
]

export function planSettings(
  { searchPath = [] }: ConnectionTarget,
  serverMajor: number,
  {
    readOnly,
    refusesRowSecurity,
    statementTimeoutMs = 0,
    lockTimeoutMs = 0,
    idleTransactionMs = IDLE_TRANSACTION_MS,
  }: SettingsOptions,
): Setting[] {
  const newer = NEWER.filter(([major]) => serverMajor >= major).map(([, name]): Setting => [name, '0'])
  return [
    ...ALWAYS,
    ['statement_timeout', String(statementTimeoutMs)],
    ['lock_timeout', String(lockTimeoutMs)],
    ['idle_in_transaction_session_timeout', String(idleTransactionMs)],
    ...newer,
    ...(searchPath.length === 0
      ? []
      : [['search_path', searchPath.map(quoteIdentifier).join(', ')] as const]),
    ...(refusesRowSecurity === true ? [['row_security', 'off'] as const] : []),
    ...(readOnly === true ? [['default_transaction_read_only', 'on'] as const] : []),
  ]
}

/**
 * The statement that makes settings those of a session of the process `processId`, and says whether that is whom it
 * has reached. If not, a pooler lends us a session of the server that others are lent as well, and nothing is set.
 */
export function settingStatement(settings: readonly Setting[], processId: number | null): string {
  const calls = settings.map(
    ([name, value]) => `pg_catalog.set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, is_lent)`,
  )
  return `select is_lent, ${calls.join(', ')}
            from (select pg_catalog.pg_backend_pid() <> ${processId ?? 'pg_catalog.pg_backend_pid()'} as is_lent) server`
}

/** The statements that make settings those of the transaction under way. They read nothing. */
export function localSettings(settings: readonly Setting[]): string {
  return settings
    .map(([name, value]) => {
      if (name === 'search_path') return `set local search_path = ${value}`
      if (name === 'default_transaction_read_only') return 'set transaction read only'
      return `set local ${name} = ${quoteLiteral(value)}`
    })
    .join('; ')
}
