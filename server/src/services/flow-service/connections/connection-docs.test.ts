import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { POSTGRES_AUTH_SPECS } from '#services/flow-service/specs/built-in/postgre-sql-auth.ts'
import { requireConnectionSpec } from '#services/flow-service/specs/spec-catalogue.ts'
import { ConnectionParamsError } from '#source/postgres/params/connection-params-error.ts'
import { type ConnectionTarget, parseConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { findSettingKey } from '#source/postgres/params/setting-names.ts'
import { makeIdentity } from '#source/postgres/testing/make-certificate.ts'
import { readAuth } from './auth-params.ts'
import { maskParams } from './secret-params.ts'

// What docs/connections.md shows and claims is true.

const PAGE = readFileSync(join(import.meta.dirname, '../../../../../docs/connections.md'), 'utf8')
const STRING = 'Connection String Based Authentication'
const IDENTITY = makeIdentity('reader')
const PASSPHRASE = 'open sesame'

function blocks(kind: string): string[] {
  return [...PAGE.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].flatMap(([, info, text]) =>
    info === kind ? [text ?? ''] : [],
  )
}

/** Rows of the table whose first column has this head, cell by cell. */
function rows(head: string): string[][] {
  const lines = PAGE.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${head} |`)) + 2
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'))
  return lines.slice(start, start + length).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

function codes(cell: string | undefined): string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? '')
}

/** The page shows certificates cut short. */
function withWholePem(body: string): string {
  const encrypted = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: PASSPHRASE } as const
  const texts: Readonly<Record<string, string>> = {
    CERTIFICATE: IDENTITY.certificate,
    'ENCRYPTED PRIVATE KEY': IDENTITY.privateKey.export(encrypted).toString(),
  }
  return body.replaceAll(/-----BEGIN ([A-Z ]+)-----[^"]*?…[^"]*?-----END \1-----\\n/g, (_, label: string) =>
    JSON.stringify(texts[label]).slice(1, -1),
  )
}

/** What a program of jq would print: names without quotes, and the text of a file under `$root`. */
function jsonOfJq(text: string): string | undefined {
  const [, program] = /^jq -n .*? '(\{[\s\S]*\})' \|$/m.exec(text) ?? []
  const file = JSON.stringify(IDENTITY.certificate)
  return program?.replaceAll(/([A-Za-z]+):/g, '"$1":').replaceAll('$root', () => file)
}

function fromString(connectionString: string): ConnectionTarget {
  return parseConnectionTarget(STRING, { connectionString })
}

const withKeys = (keys: string): ConnectionTarget =>
  fromString(`Server=db.example.com;Database=shop;UID=reader;Password=x;${keys}`)

/** Names that other programs have for a meaning, and that are settings of their own here. */
const OTHER_SETTINGS: Readonly<Record<string, readonly string[]>> = {
  host: ['hostaddr'],
  encryption: ['SSL Mode', 'sslmode'],
  'check of the certificate': ['SSL Mode', 'Trust Server Certificate', 'sslmode'],
  'TLS versions': ['CryptoProtocolVersion', 'CPV'],
}

describe('the page about connections', () => {
  const bodies = [
    ...blocks('sh').flatMap((text) => (/ -d '(\{[\s\S]*?\})'$/m.exec(text)?.[1] ?? '').trim() || []),
    ...blocks('json').filter((text) => text.startsWith('{')),
    ...blocks('sh').flatMap((text) => jsonOfJq(text) ?? []),
  ]

  test.each(bodies)('shows bodies that are taken: %#', (text) => {
    const body = JSON.parse(withWholePem(text))
    const auth = readAuth(requireConnectionSpec(body.connectionSpec), body.auth, false)
    expect(parseConnectionTarget(auth?.specName ?? '', auth?.params ?? {})).toMatchObject({
      host: 'db.example.com',
      database: 'shop',
      username: 'reader',
      warnings: [],
    })
  })

  test('has five bodies', () => {
    expect(bodies).toHaveLength(5)
  })

  test('shows strings that mean the same', () => {
    const strings = blocks('text accepted').flatMap((text) => text.trim().split('\n'))
    const targets = strings.map(fromString)
    expect(targets).toHaveLength(4)
    for (const target of targets) {
      expect(target).toEqual(targets[0])
      expect(target).toMatchObject({ password: 'open;sesame', tls: { mode: 'require' }, warnings: [] })
    }
  })

  const refused = blocks('text refused').flatMap((text) => text.trim().split('\n'))
  test.each(refused)('shows strings that are refused: %s', (text) => {
    expect(() => fromString(text)).toThrow(ConnectionParamsError)
  })

  test('lists the parameters of the spec, all of them', () => {
    const listed = rows('parameter').flatMap(([cell]) => codes(cell))
    const published = POSTGRES_AUTH_SPECS.azure[1]?.spec['properties'] ?? {}
    expect(listed.sort()).toEqual(Object.keys(published).sort())
  })

  test('lists keywords that are known, each under its meaning', () => {
    const meanings = rows('meaning')
    expect(meanings.length).toBeGreaterThan(15)
    for (const [meaning, own, ...others] of meanings) {
      const keys = new Set(codes(own).map(findSettingKey))
      expect(keys, meaning).not.toContain(undefined)
      const strangers = others.flatMap(codes).filter((name) => !keys.has(findSettingKey(name)))
      expect(strangers, meaning).toEqual(OTHER_SETTINGS[meaning ?? ''] ?? [])
    }
  })

  test.each(rows('`sslMode` | mode'))('says of %s what it is', (...cells) => {
    const [sslMode, mode, others, , encrypted, chain, name] = cells
    const basic = { server: 'db', database: 'shop', username: 'reader', password: 'x' }
    for (const spelling of [...codes(sslMode), ...codes(others)]) {
      const { tls } = parseConnectionTarget('Basic Authentication', { ...basic, sslMode: spelling })
      expect([tls.mode, tls.verifyChain, tls.verifyName]).toEqual([mode, chain === 'yes', name === 'yes'])
      const uses = new Set(tls.attempts.flatMap(({ encryption, ifNotOffered }) => [encryption, ifNotOffered]))
      expect(uses.has('plain')).toBe(encrypted !== 'always')
      expect(uses.has('tls')).toBe(encrypted !== 'never')
    }
  })

  test.each(rows('keys'))('says of %s what they are', (cell, mode, encrypted, chain, name) => {
    for (const keys of codes(cell)) {
      const { tls } = withKeys(keys)
      expect([tls.mode, tls.verifyChain, tls.verifyName]).toEqual([
        mode,
        chain?.startsWith('yes'),
        name?.startsWith('yes'),
      ])
      const uses = new Set(tls.attempts.flatMap(({ encryption, ifNotOffered }) => [encryption, ifNotOffered]))
      expect(uses.has('plain')).toBe(encrypted !== 'always')
      const withRoots = withKeys(`${keys};RootCertificate='${IDENTITY.certificate}'`)
      expect(withRoots.tls.verifyChain).toBe(tls.verifyChain)
    }
  })

  test('shows a patch whose mask keeps a secret', () => {
    const [patch] = blocks('json').filter((text) => text.startsWith('['))
    const [{ path, value }] = JSON.parse(patch ?? '[]')
    expect(path).toBe('/auth/params')
    expect(value).toEqual(maskParams({ ...value, password: 'open sesame' }))
  })
})
