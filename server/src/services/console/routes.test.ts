import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, createApp } from '#http/app.ts'
import { type Asset, loadAssets } from './load-assets.ts'
import { registerConsole } from './routes.ts'

let app: App
let assets: readonly Asset[]

beforeAll(async () => {
  app = await createApp({ log: pino({ level: 'silent' }), version: 'test' })
  await registerConsole(app)
  assets = await loadAssets()
})
afterAll(() => app.close())

function scripts(): readonly Asset[] {
  return assets.filter(({ contentType }) => contentType.startsWith('text/javascript'))
}

describe('the page', () => {
  test('is HTML that may load nothing but its own files', async () => {
    const { statusCode, headers, body } = await app.inject('/')
    expect(statusCode).toBe(200)
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(headers['content-security-policy']).toContain("default-src 'self'; ")
    expect(headers['content-security-policy']).not.toContain('unsafe')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(body).toMatch(/^<!doctype html>/)
  })

  test('has nothing in it that its own policy forbids', async () => {
    const { body, headers } = await app.inject('/')
    expect(body).not.toMatch(
      /<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\s(?:src|type="importmap"))/i,
    )
    const [, map = ''] = /<script type="importmap">(.*?)<\/script>/s.exec(body) ?? []
    expect(JSON.parse(map)).toEqual({ imports: { '@headwater/client/': '/client/' } })
    const hash = createHash('sha256').update(map).digest('base64')
    expect(headers['content-security-policy']).toContain(`script-src 'self' 'sha256-${hash}';`)
    const places = [...body.matchAll(/\s(?:src|href|action)="([^"]*)"/g)].map(([, place = '']) => place)
    expect(places.length).toBeGreaterThan(5)
    expect(places.filter((place) => !/^(\/(?!\/)|#)/.test(place))).toEqual([])
  })

  test('refers to files that are there', async () => {
    const { body } = await app.inject('/')
    const files = [...body.matchAll(/"(\/console\/[^"]*)"/g)].map(([, path = '']) => path)
    expect(files.length).toBeGreaterThanOrEqual(3)
    for (const path of files) expect((await app.inject(path)).statusCode, path).toBe(200)
  })

  test('is not part of the API documentation', async () => {
    const document = (await app.inject('/docs/json')).json()
    expect(Object.keys(document.paths).filter((path) => !path.startsWith('/docs'))).toEqual([])
  })
})

describe('files', () => {
  test('come with their type and are sent again only when they changed', async () => {
    const first = await app.inject('/console/style/base.css')
    expect(first.headers['content-type']).toBe('text/css; charset=utf-8')
    expect(first.headers['cache-control']).toBe('no-cache')
    const etag = String(first.headers.etag)
    expect(etag).toMatch(/^"[\w-]{20,}"$/)
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const { statusCode, body } = await app.inject({
        url: '/console/style/base.css',
        headers: { 'if-none-match': known },
      })
      expect([statusCode, body], known).toEqual([304, ''])
    }
    const changed = await app.inject({
      url: '/console/style/base.css',
      headers: { 'if-none-match': '"other"' },
    })
    expect(changed.statusCode).toBe(200)
  })

  test.each([
    '/console/nothing.css',
    '/console/tsconfig.json',
    '/console/src/format.test.ts',
    '/client/transport.test.ts',
    '/client/testing/scripted-server.ts',
    '/client/package.json',
    '/console/../package.json',
    '/console/%2e%2e/package.json',
    '/console/..%2fpackage.json',
    '/console/src/..%5c..%5cpackage.json',
    '/console//etc/passwd',
  ])('%s is not there', async (url) => {
    const { statusCode, headers, body } = await app.inject(url)
    expect([statusCode, headers['content-type']]).toEqual([404, 'application/json; charset=utf-8'])
    expect(body).not.toMatch(/workspaces|root:/)
  })

  test('a path with a null byte is refused', async () => {
    expect((await app.inject('/console/src/%00main.ts')).statusCode).toBe(400)
  })

  test('are only read', async () => {
    expect((await app.inject({ method: 'POST', url: '/' })).statusCode).toBe(405)
  })
})

describe('scripts', () => {
  /** Parses modules in a Node.js of its own, as strictly as a browser, and tells what each imports. */
  function parseModules(sources: Readonly<Record<string, string>>): Record<string, string[]> {
    const code = `
      import { SourceTextModule } from 'node:vm'
      import { text } from 'node:stream/consumers'
      const sources = JSON.parse(await text(process.stdin))
      const modules = Object.entries(sources).map(([identifier, source]) => new SourceTextModule(source, { identifier }))
      console.log(JSON.stringify(Object.fromEntries(modules.map((it) => [it.identifier, it.dependencySpecifiers]))))`
    const flags = ['--experimental-vm-modules', '--no-warnings', '--input-type=module', '--eval', code]
    const { stdout, stderr } = spawnSync(process.execPath, flags, {
      input: JSON.stringify(sources),
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    return JSON.parse(stdout)
  }

  test('are JavaScript modules that import only each other', () => {
    const sources = Object.fromEntries(scripts().map(({ path, body }) => [path, body.toString()]))
    expect(Object.keys(sources)).toEqual(
      expect.arrayContaining(['/console/src/main.ts', '/client/client.ts', '/client/resources/flows.ts']),
    )
    const imports = parseModules(sources)
    const missing = Object.entries(imports).flatMap(([path, specifiers]) =>
      specifiers
        // As the page's import map says.
        .map((specifier) => specifier.replace(/^@headwater\/client\//, '/client/'))
        .map((specifier) => new URL(specifier, `http://host${path}`).pathname)
        .filter((found) => !(found in sources)),
    )
    expect(missing).toEqual([])
  })

  test('are made without a warning of Node.js', () => {
    const code = `
      const { loadAssets } = await import(process.argv[1])
      process.emitWarning('still heard')
      console.log((await loadAssets()).length)`
    const module = new URL('./load-assets.ts', import.meta.url).href
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code, module], {
      encoding: 'utf8',
    })
    expect(stdout.trim()).toBe(String(assets.length))
    expect(stderr).toContain('still heard')
    expect(stderr).not.toContain('ExperimentalWarning')
  })

  test('set no HTML from text', () => {
    const risky = scripts().filter(({ body }) =>
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(/.test(body.toString()),
    )
    expect(risky.map(({ path }) => path)).toEqual([])
  })
})
