import type { KeyPair } from '@headwater/testkit/postgres-lab/authority.ts'
import type { Cluster } from '@headwater/testkit/postgres-lab/cluster.ts'
import type { PsqlAnswer, PsqlOracle } from '@headwater/testkit/postgres-lab/psql.ts'
import { openSession } from '#source/postgres/connect/session.ts'
import type { FailureCode } from '#source/postgres/failures/failures.ts'
import { SourceError } from '#source/postgres/failures/source-error.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { planTls, type TlsMode, type TlsPlanExtras } from '#source/postgres/params/tls-plan.ts'
import { targetOf } from './test-source.ts'

export const TLS_MODES: readonly TlsMode[] = [
  'disable',
  'allow',
  'prefer',
  'require',
  'verify-ca',
  'verify-full',
]

/** How a client comes to a server, apart from the mode: one row of the matrix. PEM texts. */
export interface Approach {
  /** The name that the certificate has to carry; default `localhost`. */
  readonly host?: string | undefined
  /** The address to call, where `host` is not known to the DNS. */
  readonly address?: string | undefined
  /** Default the superuser, with the right password. */
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly root?: string | undefined
  readonly crl?: string | undefined
  readonly client?: (KeyPair & { readonly passphrase?: string | undefined }) | undefined
  readonly channelBinding?: TlsPlanExtras['channelBinding']
}

/** What one approach in one mode led to, for `psql` and for us. */
export interface Cell {
  readonly row: string
  readonly mode: TlsMode
  readonly psql: string
  readonly ours: string
  readonly agree: boolean
}

/** Runs every approach in every mode against one state of a server. */
export async function fillMatrix(
  cluster: Cluster,
  oracle: PsqlOracle,
  approaches: Readonly<Record<string, Approach>>,
): Promise<Cell[]> {
  const cells = Object.entries(approaches).flatMap(([row, approach]) =>
    TLS_MODES.map((mode) => fillCell(cluster, oracle, { row, approach, mode })),
  )
  return await Promise.all(cells)
}

interface Place {
  readonly row: string
  readonly approach: Approach
  readonly mode: TlsMode
}

async function fillCell(cluster: Cluster, oracle: PsqlOracle, place: Place): Promise<Cell> {
  const { row, mode, approach } = place
  const answer = await oracle.connect(psqlRequest(cluster, place))
  const [psql, ours] = [outcomeOfPsql(answer, mode, approach), await ourOutcome(targetFor(cluster, place))]
  // Without a root libpq does not even call; we do, and trust the roots of the system.
  const isUncalled = approach.root === undefined && mode.startsWith('verify-')
  // psql tells the reasons of all its attempts, we the one that says most.
  const sameWords = isUncalled || psql.words.includes(ours.words[0] ?? '')
  const agree = psql.isConnected === ours.isConnected && sameWords
  return { row, mode, psql: psql.words.join(' / '), ours: ours.words.join(' / '), agree }
}

function psqlRequest(cluster: Cluster, { approach, mode }: Place): Parameters<PsqlOracle['connect']>[0] {
  const { host = 'localhost', address, user, password, root, crl, client, channelBinding } = approach
  return {
    host,
    hostaddr: address,
    port: cluster.port,
    database: cluster.database,
    user: user ?? cluster.user,
    password: password ?? cluster.password,
    sslMode: mode,
    rootCertificate: root,
    revocationList: crl,
    client,
    channelBinding,
  }
}

function targetFor(cluster: Cluster, { approach, mode }: Place): ConnectionTarget {
  const { host = 'localhost', address, user, password, root, crl, client, channelBinding } = approach
  const target = targetOf(cluster, {
    server: address ?? host,
    username: user ?? cluster.user,
    password: password ?? cluster.password,
  })
  const clientCertificate = client
  const expectedName = address === undefined ? undefined : host
  return { ...target, tls: planTls(mode, { ca: root, crl, clientCertificate, expectedName, channelBinding }) }
}

interface Outcome {
  readonly isConnected: boolean
  /** What was proven, or the reasons why there is no session. */
  readonly words: readonly string[]
}

/** What libpq checks follows from mode and roots, and a session says only whether it is encrypted. */
function outcomeOfPsql(answer: PsqlAnswer, mode: TlsMode, { root }: Approach): Outcome {
  if (!answer.isConnected) return { isConnected: false, words: reasonsOf(answer.error) }
  const isChainVerified = answer.isEncrypted && (root !== undefined || mode.startsWith('verify-'))
  const isNameVerified = answer.isEncrypted && mode === 'verify-full'
  return connected({ isEncrypted: answer.isEncrypted, isChainVerified, isNameVerified })
}

async function ourOutcome(target: ConnectionTarget): Promise<Outcome> {
  try {
    await using session = await openSession(target)
    await session.query('select 1')
    const { isEncrypted } = session
    const { verifyChain, verifyName } = target.tls
    const [isChainVerified, isNameVerified] = [isEncrypted && verifyChain, isEncrypted && verifyName]
    return connected({ isEncrypted, isChainVerified, isNameVerified })
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    const reason = REASONS.find(({ codes }) => codes.includes(error.code as FailureCode))?.reason
    return { isConnected: false, words: [reason ?? `${error.code}: ${error.message}`] }
  }
}

interface Proven {
  readonly isEncrypted: boolean
  readonly isChainVerified: boolean
  readonly isNameVerified: boolean
}

function connected({ isEncrypted, isChainVerified, isNameVerified }: Proven): Outcome {
  const proven = `${isChainVerified ? '+chain' : ''}${isNameVerified ? '+name' : ''}`
  return { isConnected: true, words: [isEncrypted ? `TLS${proven}` : `plaintext${proven}`] }
}

function reasonsOf(error: string): string[] {
  const reasons = REASONS.filter(({ words }) => words.test(error)).map(({ reason }) => reason)
  return reasons.length > 0 ? reasons : [error]
}

/** Why there is no session, in the words of libpq and in ours. */
const REASONS: readonly {
  readonly reason: string
  readonly words: RegExp
  readonly codes: readonly FailureCode[]
}[] = [
  {
    reason: 'version',
    words: /SSL error: (unsupported protocol|.*alert protocol version)/,
    codes: ['TLS_VERSION_UNSUPPORTED'],
  },
  {
    reason: 'channel binding',
    words: /channel binding/,
    codes: ['CHANNEL_BINDING_UNAVAILABLE', 'CHANNEL_BINDING_FAILED'],
  },
  { reason: 'no TLS', words: /server does not support SSL/, codes: ['TLS_NOT_OFFERED'] },
  {
    reason: 'distrust',
    words: /certificate verify failed|root certificate file ".*" does not exist/,
    codes: [
      'TLS_SELF_SIGNED',
      'TLS_UNKNOWN_AUTHORITY',
      'TLS_CERTIFICATE_EXPIRED',
      'TLS_CERTIFICATE_NOT_YET_VALID',
      'TLS_CERTIFICATE_REVOKED',
      'TLS_REVOCATION_UNKNOWN',
      'TLS_REVOCATION_LIST_EXPIRED',
      'TLS_CERTIFICATE_INVALID',
    ],
  },
  { reason: 'name', words: /does not match host name/, codes: ['TLS_NAME_MISMATCH'] },
  { reason: 'password', words: /password authentication failed/, codes: ['PASSWORD_REFUSED'] },
  {
    reason: 'rule',
    words: /no pg_hba\.conf entry|pg_hba\.conf rejects/,
    codes: ['HBA_NO_ENTRY', 'HBA_REJECTED', 'TLS_REQUIRED_BY_SERVER', 'TLS_FORBIDDEN_BY_SERVER'],
  },
  {
    reason: 'client certificate',
    words: /client certificate|certificate authentication failed|alert (unknown ca|certificate|bad)/i,
    codes: [
      'CLIENT_CERTIFICATE_REQUIRED',
      'CLIENT_CERTIFICATE_WRONG_USER',
      'CLIENT_CERTIFICATE_UNTRUSTED',
      'CLIENT_CERTIFICATE_EXPIRED',
      'CLIENT_CERTIFICATE_REVOKED',
      'CLIENT_CERTIFICATE_REJECTED',
    ],
  },
]

/** The matrix as a table for people; where the two disagree it says what each of them saw. */
export function renderMatrix(cells: readonly Cell[]): string {
  const rows = Map.groupBy(cells, ({ row }) => row)
  const lines = [...rows].map(([row, ofRow]) => [row, ...ofRow.map(renderCell)])
  const table = [['', ...TLS_MODES], ...lines]
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? []
  return table
    .map((line) => line.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  '))
    .join('\n')
}

function renderCell({ psql, ours, agree }: Cell): string {
  return agree ? ours : `!! psql: ${psql}, ours: ${ours}`
}
