import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

/** What a browser loads before the first page of the console stands, as it was built when dependencies were installed. */
const DIST = join(import.meta.dirname, '../../console/dist')
const LIMIT = 250_000

/** Chunks that others import come with them. */
function withImports(files: readonly string[]): ReadonlySet<string> {
  const all = new Set(files)
  for (const file of all) {
    if (!file.endsWith('.js')) continue
    const text = readFileSync(join(DIST, 'assets', file), 'utf8')
    for (const [, name = ''] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) all.add(name)
  }
  return all
}

test('the first page, with scripts and styles, is under 250 kB compressed', () => {
  const html = readFileSync(join(DIST, 'index.html'), 'utf8')
  const named = [...html.matchAll(/\/assets\/([^"]+)"/g)].map(([, name = '']) => name)
  const page = readdirSync(join(DIST, 'assets')).find((name) => /^monitoring-page-.*\.js$/.test(name)) ?? ''
  const files = withImports([...named, page])
  const sizes = [...files].map((file) => gzipSync(readFileSync(join(DIST, 'assets', file))).length)
  expect(files.size).toBeGreaterThan(10)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(LIMIT)
})
