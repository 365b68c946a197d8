import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/**
 * Certificates without OpenSSL's program, for tests that need nothing but Node.js. ECDSA over P-256, valid from
 * 2000 to 2049, without extensions: enough to be read and matched with a key, not to be trusted by anybody.
 */
export interface TestIdentity {
  readonly certificate: string
  /** PKCS #8, in clear. */
  readonly key: string
  readonly privateKey: KeyObject
}

/** A certificate for `name` that its own key has signed. */
export function makeIdentity(name: string): TestIdentity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const serial = createHash('sha256').update(spki).digest().subarray(0, 8)
  const subject = distinguishedName(name)
  const version = der(0xa0, der(0x02, Buffer.from([2])))
  const body = der(
    0x30,
    version,
    der(0x02, Buffer.concat([Buffer.from([1]), serial])),
    ECDSA_WITH_SHA256,
    subject,
    VALIDITY,
    subject,
    spki,
  )
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { certificate: toPem('CERTIFICATE', signed(body, privateKey)), key, privateKey }
}

/** An empty revocation list that `issuer` has signed. */
export function makeRevocationList(issuer: TestIdentity, name: string): string {
  const body = der(0x30, der(0x02, Buffer.from([1])), ECDSA_WITH_SHA256, distinguishedName(name), FROM, UNTIL)
  return toPem('X509 CRL', signed(body, issuer.privateKey))
}

export function toPem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').replaceAll(/.{1,64}/g, '$&\n')
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`
}

function signed(body: Buffer, key: KeyObject): Buffer {
  const signature = sign('sha256', body, key)
  return der(0x30, body, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), signature))
}

/** One value of DER: tag, length, content. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...(length < 0x80 ? [length] : long)]), content])
}

const ECDSA_WITH_SHA256 = der(0x30, der(0x06, Buffer.from('2a8648ce3d040302', 'hex')))
const FROM = der(0x17, Buffer.from('000101000000Z'))
const UNTIL = der(0x17, Buffer.from('491231235959Z'))
const VALIDITY = der(0x30, FROM, UNTIL)
const COMMON_NAME = der(0x06, Buffer.from('550403', 'hex'))

function distinguishedName(name: string): Buffer {
  return der(0x30, der(0x31, der(0x30, COMMON_NAME, der(0x0c, Buffer.from(name)))))
}
