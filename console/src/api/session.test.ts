import { expect, test } from 'vitest'
import { findCredentials, sessionOf } from './session.ts'

const expected = { clientId: '0f1e2d3c4b5a69788796a5b4c3d2e1f0', clientSecret: 'p8e-Xy_123.~secret' }

test('finds credentials in the printed text', () => {
  const text = `The secret is shown this once and kept nowhere.

  client id      ${expected.clientId}   (also the x-api-key)
  client secret  ${expected.clientSecret}
  organisation   ABC@AdobeOrg`
  expect(findCredentials(text)).toEqual(expected)
})

test('finds credentials in the printed JSON', () => {
  const { clientId: client_id, clientSecret: client_secret } = expected
  expect(findCredentials(JSON.stringify({ ims_org: 'ABC@AdobeOrg', client_id, client_secret }))).toEqual(
    expected,
  )
})

test('a lone value is no pair of credentials', () => {
  expect(findCredentials(expected.clientSecret)).toBeUndefined()
  expect(findCredentials(`client id ${expected.clientId}`)).toBeUndefined()
})

test('reads the session from the claims of a token', () => {
  const claims = { client_id: 'c', org: 'Ünï@AdobeOrg', created_at: '1000', expires_in: '500' }
  const bytes = new TextEncoder().encode(JSON.stringify(claims))
  const token = `e30.${btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')}.sig`
  expect(sessionOf(token)).toEqual({ token, clientId: 'c', orgId: 'Ünï@AdobeOrg', endsAt: 1500 })
})

test.each(['', 'x', 'a.b.c', 'e30.e30.e30'])('%j is no token', (token) => {
  expect(sessionOf(token)).toBeUndefined()
})
