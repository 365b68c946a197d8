import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, createApp } from '#http/app.ts'
import { registerConsole } from './routes.ts'

let app: App
let folder: string

async function serve(from: string): Promise<App> {
  const served = await createApp({ log: pino({ level: 'silent' }), version: 'test' })
  await registerConsole(served, { folder: from })
  return served
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headwater-console-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>the page</title>')
  await writeFile(join(folder, 'assets/main-1a2b.js'), 'export {}')
  await writeFile(join(folder, 'secret.txt'), 'not of the console')
  app = await serve(folder)
})
afterAll(async () => {
  await app.close()
  await rm(folder, { recursive: true, force: true })
})

test('the address of the server leads to the console', async () => {
  const { statusCode, headers } = await app.inject('/')
  expect([statusCode, headers.location]).toEqual([302, '/console/'])
})

test.each(['/console', '/console/', '/console/flows', '/console/flows/1?tab=runs'])(
  '%s is the page',
  async (url) => {
    const { statusCode, headers, body } = await app.inject(url)
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(body).toContain('the page')
    expect(headers['content-security-policy']).toContain("default-src 'self'; ")
    expect(headers['content-security-policy']).not.toMatch(/unsafe-eval|script-src[^;]*unsafe/)
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['cache-control']).toBe('no-cache')
  },
)

test('files with a digest in their names are kept for good', async () => {
  const { headers, body } = await app.inject('/console/assets/main-1a2b.js')
  expect(headers['content-type']).toBe('text/javascript; charset=utf-8')
  expect(headers['cache-control']).toContain('immutable')
  expect(body).toBe('export {}')
})

test('what the browser has is not sent again', async () => {
  const etag = String((await app.inject('/console/')).headers.etag)
  expect(etag).toMatch(/^"[\w-]{20,}"$/)
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
    const { statusCode, body } = await app.inject({ url: '/console/', headers: { 'if-none-match': known } })
    expect([statusCode, body], known).toEqual([304, ''])
  }
  const changed = await app.inject({ url: '/console/', headers: { 'if-none-match': '"other"' } })
  expect(changed.statusCode).toBe(200)
})

test('a file that is gone is not there', async () => {
  expect((await app.inject('/console/assets/gone.js')).statusCode).toBe(404)
})

test.each(['/console/secret.txt', '/console/..%2f..%2fpackage.json', '/console/schemas/_acme.schemas.1'])(
  '%s is no file of the disk, but the page',
  async (url) => {
    expect((await app.inject(url)).body).toContain('the page')
  },
)

test('a console that was not built says so', async () => {
  const bare = await serve(join(folder, 'nothing'))
  expect((await bare.inject('/console/flows')).body).toContain('npm run build')
  await bare.close()
})

test('is not part of the API documentation', async () => {
  const document = (await app.inject('/docs/json')).json()
  expect(Object.keys(document.paths).filter((path) => !path.startsWith('/docs'))).toEqual([])
})
