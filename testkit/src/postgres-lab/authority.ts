import { execFile } from 'node:child_process'
import { generateKeyPair } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A certificate, perhaps followed by others of its chain, and its private key. PEM texts. */
export interface KeyPair {
  readonly certificate: string
  readonly key: string
}

export type KeyKind = 'ec' | 'ec-sha384' | 'rsa' | 'rsa-1024' | 'ed25519'

/** A span of time, counted in days from now. */
export interface Validity {
  readonly fromDay: number
  readonly toDay: number
}

export interface CertificateRequest {
  readonly commonName: string
  /** Subject alternative names as openssl writes them: `DNS:localhost`, `IP:127.0.0.1`. */
  readonly names?: readonly string[] | undefined
  /** Who signs; absent: itself. */
  readonly issuer?: KeyPair | undefined
  readonly isAuthority?: boolean | undefined
  /** What kind of key it has; the digest of the signature goes with it unless the issuer's key decides. */
  readonly keyKind?: KeyKind | undefined
  readonly validity?: Validity | undefined
}

const AROUND_NOW: Validity = { fromDay: -1, toDay: 2 }

/** Whether there is an `openssl` to make certificates with. */
export const hasOpenssl: boolean = await run('openssl', ['version'], { timeout: 30_000 }).then(
  () => true,
  () => false,
)

/** Says in the name of a skipped test why it is. */
export const opensslTitle: string = hasOpenssl ? 'openssl' : 'openssl (SKIPPED: there is no openssl)'

/** Makes a certificate with a new key. */
export async function issueCertificate(request: CertificateRequest): Promise<KeyPair> {
  const key = await makeKey(request.keyKind ?? 'ec')
  return await withFolder(async (dir) => {
    const issuer = request.issuer ?? { certificate: '', key }
    await writeFolder(dir, { ...folder(issuer), key, extensions: extensions(request) })
    await openssl(dir, ['req', '-new', '-key', 'key', '-subj', `/CN=${request.commonName}`, '-out', 'csr'])
    const self = request.issuer === undefined ? ['-selfsign'] : ['-cert', 'ca.crt']
    await openssl(dir, [
      ...['ca', '-batch', '-config', 'config', '-keyfile', 'ca.key', ...self, '-notext', '-create_serial'],
      ...['-in', 'csr', '-out', 'crt', '-extfile', 'extensions', '-md', digest(request)],
      ...period(request.validity, '-startdate', '-enddate'),
    ])
    return { certificate: await readFile(path.join(dir, 'crt'), 'utf8'), key }
  })
}

/** Makes the list of what `issuer` has revoked. PEM text. */
export async function issueRevocationList(
  issuer: KeyPair,
  revoked: readonly KeyPair[],
  validity?: Validity,
): Promise<string> {
  return await withFolder(async (dir) => {
    await writeFolder(dir, folder(issuer))
    const ca = ['ca', '-batch', '-config', 'config', '-cert', 'ca.crt', '-keyfile', 'ca.key', '-md', 'sha256']
    for (const [index, { certificate }] of revoked.entries()) {
      await writeFile(path.join(dir, `revoked-${index}`), certificate)
      await openssl(dir, [...ca, '-revoke', `revoked-${index}`])
    }
    const times = period(validity, '-crl_lastupdate', '-crl_nextupdate')
    await openssl(dir, [...ca, '-gencrl', '-out', 'crl', ...times])
    return await readFile(path.join(dir, 'crl'), 'utf8')
  })
}

const KEYS = {
  ec: () => promisify(generateKeyPair)('ec', { namedCurve: 'prime256v1' }),
  'ec-sha384': () => promisify(generateKeyPair)('ec', { namedCurve: 'secp384r1' }),
  rsa: () => promisify(generateKeyPair)('rsa', { modulusLength: 2048 }),
  'rsa-1024': () => promisify(generateKeyPair)('rsa', { modulusLength: 1024 }),
  ed25519: () => promisify(generateKeyPair)('ed25519'),
} as const

async function makeKey(kind: KeyKind): Promise<string> {
  const { privateKey } = await KEYS[kind]()
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** Of a signature by the key itself; Ed25519 has its own digest, which openssl wants to hear as `default`. */
function digest({ keyKind, issuer }: CertificateRequest): string {
  if (keyKind === 'ed25519' && issuer === undefined) return 'default'
  return keyKind === 'ec-sha384' ? 'sha384' : 'sha256'
}

function extensions({ names, isAuthority, issuer }: CertificateRequest): string {
  return [
    `basicConstraints = critical, CA:${isAuthority === true}`,
    ...(isAuthority === true ? ['keyUsage = critical, keyCertSign, cRLSign'] : []),
    'subjectKeyIdentifier = hash',
    ...(issuer === undefined ? [] : ['authorityKeyIdentifier = keyid']),
    ...(names === undefined ? [] : [`subjectAltName = ${names.join(', ')}`]),
    '',
  ].join('\n')
}

/** Everything that `openssl ca` wants to have; its index starts empty each time. */
function folder(issuer: KeyPair): Record<string, string> {
  return {
    'ca.crt': issuer.certificate,
    'ca.key': issuer.key,
    index: '',
    config: `[ca]
default_ca = lab
[lab]
database = index
new_certs_dir = .
serial = serial
policy = names
[names]
commonName = supplied
`,
  }
}

function period({ fromDay, toDay }: Validity = AROUND_NOW, from: string, to: string): string[] {
  return [from, timeOf(fromDay), to, timeOf(toDay)]
}

/** `20260131235959Z` */
function timeOf(day: number): string {
  const iso = new Date(Date.now() + day * 86_400_000).toISOString()
  return `${iso.replaceAll(/\D/g, '').slice(0, 14)}Z`
}

async function openssl(cwd: string, args: readonly string[]): Promise<void> {
  await run('openssl', args, { cwd })
}

async function writeFolder(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await writeFile(path.join(dir, name), text, { mode: 0o600 })
  }
}

async function withFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(path.join(tmpdir(), 'headwater-test-authority-'))
  try {
    return await work(dir)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
