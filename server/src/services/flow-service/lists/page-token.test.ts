import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openKeyring } from '#secrets/keyring.ts'
import { createPageTokens } from './page-token.ts'

const dataDir = mkdtempSync(path.join(tmpdir(), 'hw-page-token-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

const keyring = openKeyring({ dataDir })
const sandbox = { id: 'a1b2c3d4-0000-4000-8000-000000000001', name: 'prod', type: 'production' } as const
const scope = { orgId: 'A@AdobeOrg', sandbox }
const token = { property: ['name=="ä ?"'], orderby: '-name', limit: 3, after: ['ÿ>~', 'x'] }

test('a token survives being cut out of a link and sent back', () => {
  const text = createPageTokens(keyring, scope, 'flows').format(token)
  expect(text).toMatch(/^[\w-]+$/)
  expect(createPageTokens(keyring, scope, 'flows').parse(text)).toEqual(token)
})

test('a token is good for its collection, organisation and sandbox alone', () => {
  const text = createPageTokens(keyring, scope, 'flows').format(token)
  const others = [
    createPageTokens(keyring, scope, 'runs'),
    createPageTokens(keyring, { ...scope, orgId: 'B@AdobeOrg' }, 'flows'),
    createPageTokens(
      keyring,
      { ...scope, sandbox: { ...sandbox, id: sandbox.id.replace('1', '2') } },
      'flows',
    ),
  ]
  for (const other of others) expect(() => other.parse(text)).toThrow('continuationToken is not valid')
})

test('no character of a token can be changed', () => {
  const tokens = createPageTokens(keyring, scope, 'flows')
  const text = tokens.format(token)
  for (let index = 0; index < text.length; index++) {
    const changed = text.slice(0, index) + (text[index] === 'A' ? 'B' : 'A') + text.slice(index + 1)
    expect(() => tokens.parse(changed)).toThrow('continuationToken is not valid')
  }
  expect(() => tokens.parse('')).toThrow('continuationToken is not valid')
})
