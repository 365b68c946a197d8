import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasOpenssl, opensslTitle } from './authority.ts'
import { type Certificates, createCertificates } from './certificates.ts'
import { type Cluster, startCluster } from './cluster.ts'
import { PsqlOracle, type PsqlRequest, psqlPath, psqlTitle } from './psql.ts'

describe.runIf(psqlPath !== undefined && hasOpenssl)(
  `${psqlTitle} as an oracle, with ${opensslTitle}`,
  () => {
    let certificates: Certificates
    let cluster: Cluster
    let oracle: PsqlOracle
    beforeAll(async () => {
      certificates = await createCertificates()
      cluster = await startCluster({ tls: certificates.server.valid })
      oracle = await PsqlOracle.open(psqlPath ?? '')
    })
    afterAll(async () => {
      await oracle[Symbol.asyncDispose]()
      await cluster[Symbol.asyncDispose]()
    })

    const ask = (changes: Partial<PsqlRequest>) =>
      oracle.connect({ ...cluster, host: 'localhost', sslMode: 'prefer', ...changes })

    test('it tells plaintext, TLS and failures apart', async () => {
      expect(await ask({ sslMode: 'disable' })).toEqual({ isConnected: true, isEncrypted: false })
      expect(await ask({})).toEqual({ isConnected: true, isEncrypted: true })
      const wrong = await ask({ password: 'wrong' })
      expect(wrong).toMatchObject({
        isConnected: false,
        error: expect.stringContaining('password authentication'),
      })
    })

    test('it checks the certificate against the root that it is given', async () => {
      const { root, otherRoot } = certificates
      const verified = { sslMode: 'verify-full', rootCertificate: root.certificate }
      expect(await ask(verified)).toMatchObject({ isEncrypted: true })
      const named = { ...verified, host: 'db.headwater.test', hostaddr: '127.0.0.1' }
      expect(await ask(named)).toMatchObject({ error: expect.stringContaining('does not match host name') })
      const distrusted = { ...verified, rootCertificate: otherRoot.certificate }
      expect(await ask(distrusted)).toMatchObject({
        error: expect.stringContaining('certificate verify failed'),
      })
      const unrooted = { sslMode: 'verify-full' }
      expect(await ask(unrooted)).toMatchObject({ error: expect.stringContaining('does not exist') })
    })

    test('many at once', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask({})))
      expect(answers.every(({ isConnected }) => isConnected)).toBe(true)
    })
  },
)
