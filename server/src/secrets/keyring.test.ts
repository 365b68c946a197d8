import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { openKeyring } from './keyring.ts'

const root = mkdtempSync(path.join(tmpdir(), 'hw-secrets-'))
const keyA = Buffer.alloc(32, 1)
const keyB = Buffer.alloc(32, 2)
let dataDir = ''

beforeEach(({ task }) => {
  dataDir = path.join(root, task.id)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('the first start makes a key file that only its owner reads; the next uses it', () => {
  const first = openKeyring({ dataDir })
  const file = path.join(dataDir, 'master.key')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(Buffer.from(readFileSync(file, 'utf8'), 'base64')).toHaveLength(32)
  const second = openKeyring({ dataDir })
  expect(second.activeKeyId).toBe(first.activeKeyId)
  expect(second.open(first.seal('s3cret', 'connection:1'), 'connection:1')).toBe('s3cret')
})

test('two data directories have two keys', () => {
  const other = openKeyring({ dataDir: path.join(dataDir, 'other') })
  expect(openKeyring({ dataDir }).activeKeyId).not.toBe(other.activeKeyId)
})

test.each([0o640, 0o604, 0o666])('a key file with mode %o is refused, without its content', (mode) => {
  openKeyring({ dataDir })
  const file = path.join(dataDir, 'master.key')
  const content = readFileSync(file, 'utf8').trim()
  chmodSync(file, mode)
  const opening = (): unknown => openKeyring({ dataDir })
  expect(opening).toThrow(/others can read the key/)
  expect(opening).not.toThrow(content)
})

test.each([
  ['nothing', ''],
  ['too short', Buffer.alloc(31).toString('base64')],
  ['too long', Buffer.alloc(33).toString('hex')],
  ['a slip in base64', `${keyA.toString('base64').slice(0, 20)}!${keyA.toString('base64').slice(20)}`],
])('a master key that is %s is refused without being shown', (_what, masterKey) => {
  const opening = (): unknown => openKeyring({ dataDir, masterKey })
  expect(opening).toThrow('must hold 32 bytes in base64 or hex')
  if (masterKey !== '') expect(opening).not.toThrow(masterKey)
})

test('base64, base64url and hex name the same key', () => {
  const bytes = Buffer.alloc(32, 0xfb)
  const ids = (['base64', 'base64url', 'hex'] as const).map(
    (encoding) => openKeyring({ dataDir, masterKey: bytes.toString(encoding) }).activeKeyId,
  )
  expect(new Set(ids).size).toBe(1)
})

test.each(['', 'pässwörd "quoted" \u{1F511}', 'x'.repeat(100_000)])(
  'what is sealed opens unchanged',
  (plaintext) => {
    const keyring = openKeyring({ dataDir, masterKey: keyA.toString('hex') })
    const sealed = keyring.seal(plaintext, 'connection:1')
    expect(keyring.open(sealed, 'connection:1')).toBe(plaintext)
    expect(sealed).toMatch(new RegExp(`^hw1\\.${keyring.activeKeyId}\\.`))
    expect(keyring.seal(plaintext, 'connection:1')).not.toBe(sealed)
  },
)

test('a secret opens in its own context only', () => {
  const keyring = openKeyring({ dataDir })
  const sealed = keyring.seal('s3cret', 'connection:1')
  for (const context of ['connection:2', '', 'connection:1 ']) {
    expect(() => keyring.open(sealed, context)).toThrow('belongs to something else')
  }
})

test('a change of any one character is noticed', () => {
  const keyring = openKeyring({ dataDir, masterKey: keyA.toString('hex') })
  const sealed = keyring.seal('s3cret', 'c')
  for (let at = 0; at < sealed.length; at += 1) {
    const altered = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`
    expect(() => keyring.open(altered, 'c'), `character ${at}`).toThrow()
  }
  for (const text of ['', 'hw1', sealed.slice(0, -8), `${sealed}AAAA`, sealed.replace('hw1', 'hw2')]) {
    expect(() => keyring.open(text, 'c')).toThrow()
  }
})

test('parts of two secrets do not fit together', () => {
  const keyring = openKeyring({ dataDir })
  const [one, two] = [keyring.seal('one', 'c').split('.'), keyring.seal('two', 'c').split('.')]
  const mixed = [...one.slice(0, 3), ...two.slice(3)].join('.')
  expect(() => keyring.open(mixed, 'c')).toThrow('was altered')
})

test('an unknown key is named with what to do', () => {
  const sealed = openKeyring({ dataDir, masterKey: keyA.toString('hex') }).seal('s3cret', 'c')
  const other = openKeyring({ dataDir, masterKey: keyB.toString('hex') })
  expect(() => other.open(sealed, 'c')).toThrow(/sealed with master key [0-9a-f]{16}.*Restore that key/)
})

test('keys rotate: the first seals, all open', () => {
  const old = openKeyring({ dataDir, masterKey: keyA.toString('hex') })
  const sealed = old.seal('s3cret', 'c')
  const rotated = openKeyring({ dataDir, masterKey: `${keyB.toString('base64')},${keyA.toString('base64')}` })
  expect(rotated.activeKeyId).not.toBe(old.activeKeyId)
  expect(rotated.isCurrent(sealed)).toBe(false)
  const anew = rotated.seal(rotated.open(sealed, 'c'), 'c')
  expect(rotated.isCurrent(anew)).toBe(true)
  expect(() => old.open(anew, 'c')).toThrow('sealed with master key')
})

test('a given key seals from then on, and the file still opens what it sealed', () => {
  const sealed = openKeyring({ dataDir }).seal('s3cret', 'c')
  const given = openKeyring({ dataDir, masterKey: keyB.toString('hex') })
  expect(given.open(sealed, 'c')).toBe('s3cret')
  expect(given.isCurrent(sealed)).toBe(false)
})

test('a key file with several lines is a rotation, too', () => {
  const sealed = openKeyring({ dataDir }).seal('s3cret', 'c')
  const file = path.join(dataDir, 'master.key')
  writeFileSync(file, `${keyB.toString('base64')}\n${readFileSync(file, 'utf8')}`)
  const rotated = openKeyring({ dataDir })
  expect(rotated.open(sealed, 'c')).toBe('s3cret')
  expect(rotated.isCurrent(sealed)).toBe(false)
})

test('neither JSON nor an inspector shows a key', () => {
  const keyring = openKeyring({ dataDir, masterKey: keyA.toString('hex') })
  const shown = `${JSON.stringify(keyring)} ${inspect(keyring, { depth: 9, showHidden: true })}`
  expect(shown).not.toContain('AQEB')
  expect(shown).not.toContain('0101')
  expect(shown).not.toContain('01 01')
})

test('what is signed is genuine for its context alone, and under every key that still opens', () => {
  const both = openKeyring({ dataDir, masterKey: `${keyB.toString('hex')},${keyA.toString('hex')}` })
  const old = openKeyring({ dataDir, masterKey: keyA.toString('hex') })
  const signed = old.sign('page 2', 'list:prod')
  expect(signed).toMatch(/^page 2[\w-]{22}$/)
  expect(both.verify(signed, 'list:prod')).toBe('page 2')
  expect(both.verify(signed, 'list:dev')).toBeUndefined()
  expect(both.verify(signed.replace('2', '3'), 'list:prod')).toBeUndefined()
  expect(both.verify(signed.slice(0, -1), 'list:prod')).toBeUndefined()
  expect(both.verify('', 'list:prod')).toBeUndefined()
  expect(old.verify(both.sign('x', 'y'), 'y')).toBeUndefined()
})
