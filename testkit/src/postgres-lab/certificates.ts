import { createPrivateKey } from 'node:crypto'
import { type CertificateRequest, issueCertificate, issueRevocationList, type KeyPair } from './authority.ts'

/** A certificate of a client whose key can't be read without a passphrase. */
export interface LockedKeyPair extends KeyPair {
  readonly passphrase: string
}

/** Every certificate that a connection may meet, made anew for a test file. */
export interface Certificates {
  readonly root: KeyPair
  /** Signed by the root; signs what `server.viaIntermediate` and `server.chainMissing` show. */
  readonly intermediate: KeyPair
  /** A root that nobody trusts. */
  readonly otherRoot: KeyPair
  readonly server: Readonly<Record<ServerCertificateName, KeyPair>>
  readonly client: Readonly<Record<ClientCertificateName, KeyPair>> & {
    /** Of `valid`, with its key encrypted: as PKCS #8, and in the older form that has `DEK-Info` in its head. */
    readonly locked: LockedKeyPair
    readonly lockedOldForm: LockedKeyPair
  }
  readonly revocationLists: Readonly<Record<RevocationListName, string>>
}

/** The role that certificates of clients are made out to. */
export const CERTIFICATE_USER = 'cert_user'

const LOOPBACK = ['DNS:localhost', 'IP:127.0.0.1', 'IP:::1']

type Recipe = CertificateRequest & { readonly signer?: 'root' | 'otherRoot' | 'intermediate' | 'self' }

/** Signed by the root and for `localhost`, 127.0.0.1 and ::1, except for what the name says. */
const SERVER_RECIPES = {
  valid: { commonName: 'valid.headwater.test', names: LOOPBACK },
  selfSigned: { commonName: 'localhost', names: LOOPBACK, signer: 'self' },
  otherRoot: { commonName: 'localhost', names: LOOPBACK, signer: 'otherRoot' },
  /** Its common name would fit, but doesn't count beside a name of the right kind. */
  wrongName: { commonName: 'localhost', names: ['DNS:elsewhere.headwater.test'] },
  addressOnly: { commonName: 'elsewhere.headwater.test', names: ['IP:127.0.0.1'] },
  addressAsName: { commonName: 'elsewhere.headwater.test', names: ['DNS:127.0.0.1'] },
  commonName: { commonName: 'localhost' },
  commonNameAddress: { commonName: '127.0.0.1' },
  commonNameBesideAddress: { commonName: 'localhost', names: ['IP:192.0.2.1'] },
  wildcard: { commonName: 'wildcard', names: ['DNS:*.headwater.test'] },
  partialWildcard: { commonName: 'wildcard', names: ['DNS:d*.headwater.test'] },
  expired: { commonName: 'localhost', names: LOOPBACK, validity: { fromDay: -9, toDay: -5 } },
  notYetValid: { commonName: 'localhost', names: LOOPBACK, validity: { fromDay: 5, toDay: 9 } },
  revoked: { commonName: 'localhost', names: LOOPBACK },
  viaIntermediate: { commonName: 'localhost', names: LOOPBACK, signer: 'intermediate' },
  chainMissing: { commonName: 'localhost', names: LOOPBACK, signer: 'intermediate' },
  rsa: { commonName: 'localhost', names: LOOPBACK, keyKind: 'rsa', signer: 'self' },
  ecSha384: { commonName: 'localhost', names: LOOPBACK, keyKind: 'ec-sha384', signer: 'self' },
  ed25519: { commonName: 'localhost', names: LOOPBACK, keyKind: 'ed25519', signer: 'self' },
} as const satisfies Record<string, Recipe>

export type ServerCertificateName = keyof typeof SERVER_RECIPES

const CLIENT_RECIPES = {
  valid: { commonName: CERTIFICATE_USER },
  wrongName: { commonName: 'somebody_else' },
  otherRoot: { commonName: CERTIFICATE_USER, signer: 'otherRoot' },
  expired: { commonName: CERTIFICATE_USER, validity: { fromDay: -9, toDay: -5 } },
  revoked: { commonName: CERTIFICATE_USER },
} as const satisfies Record<string, Recipe>

export type ClientCertificateName = keyof typeof CLIENT_RECIPES

/**
 * Of the root: `current` and `expired` name the revoked ones, `empty` nobody. The others, which name nobody, are
 * those of other authorities.
 */
export type RevocationListName = 'current' | 'expired' | 'empty' | 'intermediate' | 'otherRoot'

/** Makes them all, within about a second. Needs `openssl`: see `hasOpenssl`. */
export async function createCertificates(): Promise<Certificates> {
  const [root, otherRoot] = await Promise.all([makeRoot('test root'), makeRoot('other test root')])
  const intermediate = await issueCertificate({
    commonName: 'test intermediate',
    issuer: root,
    isAuthority: true,
  })
  const signers = { root, otherRoot, intermediate, self: undefined }
  const [server, client] = await Promise.all([
    issueAll(SERVER_RECIPES, signers),
    issueAll(CLIENT_RECIPES, signers),
  ])
  return {
    root,
    otherRoot,
    intermediate,
    server: { ...server, viaIntermediate: withChain(server.viaIntermediate, intermediate) },
    client: { ...client, locked: lock(client.valid, 'pkcs8'), lockedOldForm: lock(client.valid, 'sec1') },
    revocationLists: await makeRevocationLists(signers, [server.revoked, client.revoked]),
  }
}

function makeRoot(commonName: string): Promise<KeyPair> {
  return issueCertificate({ commonName, isAuthority: true })
}

async function issueAll<Name extends string>(
  recipes: Readonly<Record<Name, Recipe>>,
  signers: Readonly<Record<NonNullable<Recipe['signer']>, KeyPair | undefined>>,
): Promise<Record<Name, KeyPair>> {
  const made = Object.entries<Recipe>(recipes).map(async ([name, { signer = 'root', ...request }]) => [
    name,
    await issueCertificate({ ...request, issuer: signers[signer] }),
  ])
  return Object.fromEntries(await Promise.all(made)) as Record<Name, KeyPair>
}

function withChain({ certificate, key }: KeyPair, issuer: KeyPair): KeyPair {
  return { certificate: certificate + issuer.certificate, key }
}

function lock({ certificate, key }: KeyPair, type: 'pkcs8' | 'sec1'): LockedKeyPair {
  const passphrase = 'pass "phrase"'
  const locked = createPrivateKey(key).export({ type, format: 'pem', cipher: 'aes-256-cbc', passphrase })
  return { certificate, key: locked.toString(), passphrase }
}

async function makeRevocationLists(
  { root, intermediate, otherRoot }: Readonly<Record<'root' | 'intermediate' | 'otherRoot', KeyPair>>,
  revoked: readonly KeyPair[],
): Promise<Record<RevocationListName, string>> {
  const lists = {
    current: issueRevocationList(root, revoked),
    expired: issueRevocationList(root, revoked, { fromDay: -9, toDay: -5 }),
    empty: issueRevocationList(root, []),
    intermediate: issueRevocationList(intermediate, []),
    otherRoot: issueRevocationList(otherRoot, []),
  }
  const made = Object.entries(lists).map(async ([name, list]) => [name, await list])
  return Object.fromEntries(await Promise.all(made)) as Record<RevocationListName, string>
}
