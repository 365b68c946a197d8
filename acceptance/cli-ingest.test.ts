import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGatedRelation, type GatedRelation } from '@headwater/testkit/gated-relation.ts'
import { type CommandOutcome, interruptCommand, runCommand } from '@headwater/testkit/server-process.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** `headwater ingest`: a lake in a folder, and no server but the one that the command brings along. */
let source: TestDatabase
let gate: GatedRelation
let folder: string
let url: string

beforeAll(async () => {
  source = await createTestDatabase()
  folder = await mkdtemp(join(tmpdir(), 'headwater-ingest-'))
  await source.query(`
    create table orders (id bigint primary key, city text, changed_at timestamptz not null);
    insert into orders select n, 'Paris', now() - interval '1 day' from generate_series(1, 1000) n;
  `)
  gate = await createGatedRelation(source, 20_000)
  url = `postgres://${source.user}@${source.host}:${source.port}/${source.database}?sslmode=disable`
})

afterAll(async () => {
  await gate?.open()
  await source?.drop()
  await rm(folder, { recursive: true, force: true })
})

function ingest(...args: readonly string[]): Promise<CommandOutcome> {
  return runCommand(['ingest', url, ...args, '--to', join(folder, 'lake')], { PGPASSWORD: source.password })
}

// biome-ignore lint/suspicious/noExplicitAny: what a program reads of the output
function landedOf({ stdout }: CommandOutcome): any {
  return JSON.parse(stdout)[0]
}

/** Rows of a table of the lake, each of whose files holds what has landed; files that no run refers to are none. */
async function checkRows(lake: string, table: string): Promise<number> {
  const args = ['lake', 'check', '--data-dir', join(lake, '.headwater'), '--json']
  const { code, stdout } = await runCommand(args, { HEADWATER_LAKE: lake })
  expect(code, stdout).toBe(0)
  const checked: readonly { readonly name: string; readonly rowCount: number }[] = JSON.parse(stdout)
  return checked.find(({ name }) => name.endsWith(table))?.rowCount ?? 0
}

test('a table lands, a second time only what is new, and nothing keeps running', async () => {
  const first = await ingest('public.orders', '--incremental', 'changed_at', '--json')
  expect(first).toMatchObject({ code: 0 })
  const landed = landedOf(first)
  expect(landed).toMatchObject({ status: 'success', rowsRead: 1000, rowsLanded: 1000, rowsSetAside: 0 })
  expect(existsSync(landed.metadata)).toBe(true)
  await source.query(`insert into orders values (1001, 'Rome', now())`)
  const second = await ingest('public.orders', '--json')
  expect(landedOf(second)).toMatchObject({ status: 'success', rowsRead: 1, rowsLanded: 1 })
  expect(await checkRows(join(folder, 'lake'), 'public.orders')).toBe(1001)
  expect(existsSync(join(folder, 'lake', '.headwater', 'server.json'))).toBe(false)
})

test('what has landed as a whole is not brought once more by accident', async () => {
  expect(await ingest('public.gated_items', '--columns', 'label')).toMatchObject({ code: 0 })
  const again = await ingest('public.gated_items')
  expect(again).toMatchObject({ code: 1, stdout: '' })
  expect(again.stderr).toMatch(
    /^public\.gated_items is in this lake already: 20,000 rows\. .*--incremental.*--again\.\n$/,
  )
})

test('a command that was killed goes on with the next one, and every row is there once', async () => {
  await gate.close()
  let isReached = false
  void gate.reached().then(() => {
    isReached = true
  })
  const lake = join(folder, 'killed')
  const args = ['ingest', url.replace('@', `:${source.password}@`), 'public.gated_items', '--to', lake]
  expect(await interruptCommand(args, { signal: 'SIGKILL', isTime: () => isReached })).toBe(null)
  await gate.open()
  const ended = await runCommand([...args, '--json'])
  expect(ended).toMatchObject({ code: 0 })
  expect(landedOf(ended)).toMatchObject({ status: 'success', rowsRead: 20_000, rowsLanded: 20_000 })
  expect(await checkRows(lake, 'public.gated_items')).toBe(20_000)
})

test.each([
  [
    'a table that is not there',
    ['public.nothing'],
    /^XDM-1702-404: The relation "public\.nothing" does not exist/,
  ],
  ['a column that tells no time', ['public.orders', '--incremental', 'city'], /delta column/],
])('%s is refused in a sentence', async (_, args, told) => {
  const refused = await runCommand(['ingest', url, ...args, '--to', join(folder, 'refused')], {
    PGPASSWORD: source.password,
  })
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toMatch(told)
})

test('what was made for a table that is refused is gone again', async () => {
  const lake = join(folder, 'refused')
  const args = ['ingest', url, 'public.orders', '--to', lake, '--incremental']
  const env = { PGPASSWORD: source.password }
  expect(await runCommand([...args, 'city'], env)).toMatchObject({ code: 1 })
  const landed = await runCommand([...args, 'changed_at'], env)
  expect(landed).toMatchObject({ code: 0 })
  const folders = await readdir(join(lake, 'prod'))
  expect(folders).toHaveLength(1)
})

test('what is no URL is refused without being shown, and nothing is made', async () => {
  const refused = await runCommand(['ingest', 'host=db password=hunter2', 'a', '--to', join(folder, 'never')])
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toMatch(/^The source is a URL: postgres:/)
  expect(refused.stderr).not.toContain('hunter2')
  expect(existsSync(join(folder, 'never'))).toBe(false)
})
