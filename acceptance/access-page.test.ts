import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PERMISSIONS } from '@headwater/server/http/permissions.ts'
import { runCommand } from '@headwater/testkit/server-process.ts'
import { expect, test } from 'vitest'

// What docs/access.md shows and claims is true.

const PAGE = readFileSync(join(import.meta.dirname, '../docs/access.md'), 'utf8')

test('the commands of the page are commands, with these options', async () => {
  const lines = [...PAGE.matchAll(/^headwater (.*)$/gm)].map(([, line = '']) => line.replace(/\s+#.*$/, ''))
  expect(lines.length).toBeGreaterThan(9)
  const names = new Set(lines.map((line) => line.split(' ').slice(0, 2).join(' ')))
  for (const name of names) {
    const help = await runCommand([...name.split(' '), '--help'])
    expect([name, help.code]).toEqual([name, 0])
    const options = lines
      .filter((line) => line.startsWith(name))
      .flatMap((line) => line.match(/--\w+/g) ?? [])
    for (const option of options) expect([name, help.stdout]).toEqual([name, expect.stringContaining(option)])
  }
})

test('the page names every permission and no other', () => {
  const named = [...PAGE.matchAll(/^\| ((?:View|Manage) .*?) \|/gm)].flatMap(([, cell = '']) =>
    cell.split(', '),
  )
  expect(named).toEqual(PERMISSIONS)
})
