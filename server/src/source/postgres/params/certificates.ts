import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { ConnectionParamsError } from './connection-params-error.ts'
import { isCostlyToOpen } from './key-cost.ts'
import { type PemBlock, parsePemBlocks } from './pem.ts'
import type { Setting, Settings } from './settings.ts'
import type { ClientCertificate } from './tls-plan.ts'

const CERTIFICATE_LABELS: ReadonlySet<string> = new Set(['CERTIFICATE', 'X509 CERTIFICATE'])

/** Certificates as OpenSSL writes them, one after the other. @throws ConnectionParamsError when one can't be read */
export function parseCertificates(setting: Setting): string {
  return certificatesOf(setting)
    .map(({ text }) => text)
    .join('')
}

interface ParsedCertificate {
  readonly text: string
  readonly certificate: X509Certificate
}

function certificatesOf(setting: Setting): readonly ParsedCertificate[] {
  const blocks = parsePemBlocks(setting)
  if (blocks.some(isPrivateKey)) {
    throw new ConnectionParamsError(
      setting.name,
      'holds a private key. Give the key of a client certificate alone, where it is kept as a secret.',
    )
  }
  const found = blocks.filter(({ label }) => CERTIFICATE_LABELS.has(label))
  if (found.length === 0) throw new ConnectionParamsError(setting.name, 'holds no certificate.')
  return found.map(({ text }, index) => {
    const plain = text.replaceAll('X509 CERTIFICATE', 'CERTIFICATE')
    const unreadable = `holds a certificate that can't be read: number ${index + 1} of ${found.length}.`
    return { text: plain, certificate: orFault(setting, unreadable, () => new X509Certificate(plain)) }
  })
}

/** Revocation lists, one after the other. @throws ConnectionParamsError when one can't be read */
export function parseRevocationLists(setting: Setting): string {
  const lists = parsePemBlocks(setting).filter(({ label }) => label === 'X509 CRL')
  if (lists.length === 0) throw new ConnectionParamsError(setting.name, 'holds no revocation list.')
  for (const { text } of lists) {
    orFault(setting, "holds a revocation list that can't be read.", () => createSecureContext({ crl: text }))
  }
  return lists.map(({ text }) => text).join('')
}

/**
 * A client certificate with its key, which must belong together.
 * @throws ConnectionParamsError naming the part that is missing or wrong
 */
export function parseClientCertificate(settings: Settings): ClientCertificate {
  const certificate = settings.get('sslCertificate')
  const key = settings.get('sslKey')
  const chain = certificatesOf(certificate)
  const block = keyBlockOf(key)
  const passphrase = passphraseOf(block, key, settings)
  const opened = openKey(block, key, passphrase)
  if (chain[0]?.certificate.checkPrivateKey(opened) !== true) {
    throw new ConnectionParamsError(
      key.name,
      `does not belong to ${certificate.name}, whose first certificate must be the client's own.`,
    )
  }
  const text = chain.map((link) => link.text).join('')
  return { certificate: text, key: block.text, passphrase: passphrase?.value }
}

function keyBlockOf(key: Setting): PemBlock {
  const [block, ...more] = parsePemBlocks(key).filter(isPrivateKey)
  if (block === undefined) throw new ConnectionParamsError(key.name, 'holds no private key.')
  if (more.length > 0) throw new ConnectionParamsError(key.name, 'holds more than one private key.')
  if (block.label.startsWith('ENCRYPTED') && isCostlyToOpen(bytesOf(block))) {
    throw new ConnectionParamsError(
      key.name,
      'is encrypted with too many rounds. Encrypt it with a million at most.',
    )
  }
  return block
}

function passphraseOf(block: PemBlock, key: Setting, settings: Settings): Setting | undefined {
  const given = settings.find('sslPassword')
  const name = settings.nameOf('sslPassword')
  if (isEncrypted(block)) {
    if (given !== undefined) return given
    throw new ConnectionParamsError(name, `is missing, but ${key.name} is encrypted.`)
  }
  if (given !== undefined) settings.warnings.push(`${name} is not used: ${key.name} is not encrypted.`)
  return undefined
}

function openKey(block: PemBlock, key: Setting, passphrase: Setting | undefined): KeyObject {
  const input = { key: block.text, format: 'pem', passphrase: passphrase?.value } as const
  return passphrase === undefined
    ? orFault(key, "holds a private key that can't be read.", () => createPrivateKey(input))
    : orFault(passphrase, `does not open ${key.name}.`, () => createPrivateKey(input))
}

function isPrivateKey({ label }: PemBlock): boolean {
  return label.endsWith('PRIVATE KEY')
}

function isEncrypted({ label, text }: PemBlock): boolean {
  return label.startsWith('ENCRYPTED') || text.includes('\nProc-Type: 4,ENCRYPTED\n')
}

function bytesOf({ text }: PemBlock): Buffer {
  return Buffer.from(text.replaceAll(/-----[^-]*-----/g, ''), 'base64')
}

/** The cause is dropped on purpose: it may quote what it could not read. */
function orFault<T>(setting: Setting, problem: string, work: () => T): T {
  try {
    return work()
  } catch {
    throw new ConnectionParamsError(setting.name, problem)
  }
}
