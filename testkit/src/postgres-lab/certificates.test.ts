import { X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { beforeAll, describe, expect, test } from 'vitest'
import { hasOpenssl, opensslTitle } from './authority.ts'
import { type Certificates, createCertificates } from './certificates.ts'

describe.runIf(hasOpenssl)(`certificates made with ${opensslTitle}`, () => {
  let made: Certificates
  beforeAll(async () => {
    made = await createCertificates()
  })

  const parse = (pem: string): X509Certificate => new X509Certificate(pem)
  const now = (): number => Date.now()

  test('each is signed by whom its name says', () => {
    const { root, otherRoot, intermediate, server, client } = made
    const signer = (pem: string): string =>
      Object.entries({ root, otherRoot, intermediate, self: { certificate: pem } })
        .filter(([, { certificate }]) => parse(pem).verify(parse(certificate).publicKey))
        .map(([name]) => name)
        .join()
    expect(signer(server.valid.certificate)).toBe('root')
    expect(signer(server.selfSigned.certificate)).toBe('self')
    expect(signer(server.otherRoot.certificate)).toBe('otherRoot')
    expect(signer(server.viaIntermediate.certificate)).toBe('intermediate')
    expect(signer(client.otherRoot.certificate)).toBe('otherRoot')
    expect(signer(client.valid.certificate)).toBe('root')
  })

  test('expired ones are over, others not begun, all others valid now', () => {
    const { server, client } = made
    for (const [name, { certificate }] of [...Object.entries(server), ...Object.entries(client)]) {
      const { validFromDate, validToDate } = parse(certificate)
      const state = +validToDate < now() ? 'expired' : +validFromDate > now() ? 'notYetValid' : 'valid'
      expect(state).toBe(name === 'expired' || name === 'notYetValid' ? name : 'valid')
    }
  })

  test('names', () => {
    expect(parse(made.server.valid.certificate).subjectAltName).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    )
    expect(parse(made.server.commonName.certificate).subjectAltName).toBeUndefined()
    expect(parse(made.server.commonName.certificate).subject).toBe('CN=localhost')
  })

  test('keys belong to their certificates, locked ones with their passphrase only', () => {
    for (const { certificate, key } of Object.values(made.server)) {
      expect(() => createSecureContext({ cert: certificate, key })).not.toThrow()
    }
    for (const { certificate, key, passphrase } of [made.client.locked, made.client.lockedOldForm]) {
      expect(() => createSecureContext({ cert: certificate, key, passphrase })).not.toThrow()
      expect(() => createSecureContext({ cert: certificate, key, passphrase: 'wrong' })).toThrow()
    }
  })
})
