import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { boundaryOverrides } from './boundaries.ts'
import { ROOMS } from './rooms.ts'

const ROOT = new URL('../', import.meta.url)

test('every folder of the server is a room of the table', () => {
  const floor = foldersOf('server/src/').filter((name) => name !== 'services')
  const services = foldersOf('server/src/services/').map((name) => `services/${name}`)
  expect([...floor, ...services].sort()).toEqual(ROOMS.map((room) => room.path).sort())
})

test('the linter enforces the table as it stands', () => {
  const config = JSON.parse(readFileSync(new URL('biome.json', ROOT), 'utf8')) as {
    overrides: { includes: string[] }[]
  }
  const enforced = config.overrides.filter((override) => override.includes[0]?.startsWith('server/src/'))
  expect(enforced, 'run: node scripts/write-boundaries.ts').toEqual(boundaryOverrides())
})

test('no room imports a room that imports it back', () => {
  const importsOf = new Map(ROOMS.map((room) => [room.path, room.rooms]))
  for (const room of ROOMS) {
    const above = room.rooms.filter((name) => importsOf.get(name)?.includes(room.path))
    expect(above, room.path).toEqual([])
  }
})

function foldersOf(path: string): string[] {
  return readdirSync(new URL(path, ROOT), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
}
