import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, createApp } from '#http/app.ts'
import { GUIDE } from './contents.ts'
import { type GuideFile, loadGuide } from './load-guide.ts'
import { renderPage } from './render-page.ts'
import { registerGuide } from './routes.ts'

let app: App
let guide: ReadonlyMap<string, GuideFile>

beforeAll(async () => {
  guide = await loadGuide()
  app = await createApp({ log: pino({ level: 'silent' }), version: 'test' })
  registerGuide(app)
})
afterAll(() => app.close())

const pages = GUIDE.flatMap((part) => part.pages)

test('every page of docs/ is in the contents, once', () => {
  const docs = fileURLToPath(new URL('../../../../docs/', import.meta.url))
  const files = readdirSync(docs).filter((name) => name.endsWith('.md'))
  expect(pages.map(({ name }) => `${name}.md`).sort()).toEqual(files.sort())
})

test('every link of a page leads to a page and a heading that are there', () => {
  const broken = pages.flatMap(({ name }) => {
    const html = String(guide.get(name)?.body)
    return [...html.matchAll(/(?:href|src)="([^"]+)"/g)].flatMap(([, address = '']) =>
      isThere(name, address) ? [] : [`${name}: ${address}`],
    )
  })
  expect(broken).toEqual([])
})

function isThere(from: string, address: string): boolean {
  const [path = '', anchor] = address.split('#')
  if (/^https?:/.test(address) || ['/docs', '/console/', '/console/favicon.svg'].includes(path)) return true
  if (path !== '' && !path.startsWith('/docs/guide')) return false
  const file = guide.get(path === '' ? from : path.replace(/^\/docs\/guide\/?/, ''))
  return file !== undefined && (anchor === undefined || String(file.body).includes(` id="${anchor}"`))
}

test('the first page is the guide, and nothing of it may run but its own script', async () => {
  const { statusCode, headers, body } = await app.inject('/docs/guide')
  expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'self'; script-src 'self'; /,
  )
  expect(body).toContain('<h1 id="quick-start">Quick start</h1>')
  expect(body).toContain('aria-current="page"')
})

test.each(['/docs/guide/types', '/docs/guide/guide.css', '/docs/guide/files/pictures/whole.svg'])(
  '%s is served',
  async (url) => {
    expect((await app.inject(url)).statusCode).toBe(200)
  },
)

test.each(['/docs/guide/nothing', '/docs/guide/..%2f..%2fpackage.json', '/docs/guide/types.md'])(
  '%s is not there',
  async (url) => {
    expect((await app.inject(url)).statusCode).toBe(404)
  },
)

test('what a search finds says where it is', async () => {
  const passages = (await app.inject('/docs/guide/search.json')).json()
  expect(passages).toContainEqual(
    expect.objectContaining({
      url: '/docs/guide/concepts#the-way-of-a-row',
      page: 'Concepts',
      heading: 'The way of a row',
    }),
  )
})

test('text is text, whatever it looks like', () => {
  const { html, title } = renderPage(
    '# A `<b>` & B\n\n| x |\n| --- |\n| `a\\|b` |\n\n```sh\necho "<x>"\n```\n',
  )
  expect(title).toBe('A <b> & B')
  expect(html).toContain('<h1 id="a-b--b">A <code>&lt;b&gt;</code> &amp; B</h1>')
  expect(html).toContain('<td><code>a|b</code></td>')
  expect(html).not.toContain('<x>')
})

test('two headings of the same words have places of their own', () => {
  const { headings } = renderPage('# T\n\n## Same\n\n## Same\n')
  expect(headings.map(({ id }) => id)).toEqual(['same', 'same-1'])
})
