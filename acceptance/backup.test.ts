import { cp, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type Answer, ApiClient } from '@headwater/testkit/api-client.ts'
import { createGatedRelation, type GatedRelation } from '@headwater/testkit/gated-relation.ts'
import { expectLandedOnce, ingestItems } from '@headwater/testkit/items.ts'
import { CATALOG, connectTo, FLOW } from '@headwater/testkit/journey.ts'
import {
  createCredentials,
  runCommand,
  type ServerProcess,
  startServerProcess,
} from '@headwater/testkit/server-process.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** A backup of a data folder is taken while a run is under way, the folder goes, and the backup takes its place. */
const ROWS = 2_000

let folder: string
let dataDir: string
let backupDir: string
let source: TestDatabase
let gated: GatedRelation
let server: ServerProcess | undefined
let client: ApiClient
let landed: Awaited<ReturnType<typeof ingestItems>>
let under: Awaited<ReturnType<typeof ingestItems>>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headwater-backup-'))
  dataDir = join(folder, 'data')
  backupDir = join(folder, 'backup')
  source = await createTestDatabase()
  gated = await createGatedRelation(source, ROWS)
  server = await startServerProcess(dataDir)
  client = new ApiClient(await createCredentials(dataDir))
  await client.authenticate()
  const connectionId = await connectTo(client, source)
  landed = await ingestItems(client, connectionId, gated.tableName)
  await expectLandedOnce(client, landed, { rows: ROWS })
  await gated.close()
  under = await ingestItems(client, connectionId, gated.tableName)
  await gated.reached()
})

afterAll(async () => {
  await gated?.open()
  await server?.end('SIGTERM')
  await source?.drop()
  await rm(folder, { recursive: true, force: true })
})

/** The command's JSON. */
async function headwater(...args: readonly string[]): Promise<Answer> {
  const { code, stdout, stderr } = await runCommand([...args, '--json'])
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as Answer
}

async function refusal(...args: readonly string[]): Promise<string> {
  const { code, stderr } = await runCommand([...args])
  expect(code).toBe(1)
  return stderr
}

test('a backup is taken beside a server that is at work', async () => {
  const told = await headwater('backup', backupDir, '--data-dir', dataDir)
  expect(told).toMatchObject({ hasKey: true, lake: { root: `file://${join(dataDir, 'lake')}/` } })
  expect(told.stepCount).toBeGreaterThan(0)
  expect(told.lake.files.count).toBeGreaterThan(3)
  const names = (await readdir(backupDir)).map((name) => name.replace(/^store-.*/, 'store'))
  expect(names.sort()).toEqual(['backup.json', 'lake', 'master.key', 'store'])
  expect((await stat(join(backupDir, 'master.key'))).mode & 0o777).toBe(0o600)
  expect((await stat(backupDir)).mode & 0o777).toBe(0o700)
})

test('the password of the source stands in no file of it', async () => {
  for (const entry of await readdir(backupDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const bytes = await readFile(join(entry.parentPath, entry.name))
    const text = entry.name.endsWith('.gz') ? gunzipSync(bytes) : bytes
    expect(text.includes(source.password), entry.name).toBe(false)
  }
  const settings = await readFile(join(backupDir, 'backup.json'), 'utf8')
  expect(settings).not.toContain((await readFile(join(dataDir, 'master.key'), 'utf8')).trim())
})

test('the next backup takes the place of the first, and copies what is new', async () => {
  const lakeFile = (await readdir(join(backupDir, 'lake'), { recursive: true })).find((name) =>
    name.endsWith('.parquet'),
  )
  const first = await stat(join(backupDir, 'lake', lakeFile ?? ''))
  await headwater('backup', backupDir, '--data-dir', dataDir)
  expect((await stat(join(backupDir, 'lake', lakeFile ?? ''))).ino).toBe(first.ino)
  expect((await readdir(backupDir)).filter((name) => name.startsWith('store-'))).toHaveLength(1)
})

test('a backup is not mixed with other files, nor put into the lake', async () => {
  const other = await mkdtemp(join(folder, 'other-'))
  await writeFile(join(other, 'letter.txt'), 'mine')
  expect(await refusal('backup', other, '--data-dir', dataDir)).toContain('holds other files')
  expect(await readFile(join(other, 'letter.txt'), 'utf8')).toBe('mine')
  const inside = join(dataDir, 'lake', 'backup')
  expect(await refusal('backup', inside, '--data-dir', dataDir)).toContain('lies in the lake')
})

test('nothing is restored into a folder that a server works on', async () => {
  expect(await refusal('restore', backupDir, '--data-dir', dataDir)).toContain('already running')
  expect((await client.get(`${FLOW}/flows/${landed.flowId}`)).status).toBe(200)
})

test('a backup that was altered is refused before anything is made of it', async () => {
  const altered = join(folder, 'altered')
  await cp(backupDir, altered, { recursive: true })
  const [store = ''] = (await readdir(altered)).filter((name) => name.startsWith('store-'))
  await writeFile(join(altered, store, 'flow.copy.gz'), 'nothing')
  const target = join(folder, 'target')
  const told = await refusal('restore', altered, '--data-dir', target)
  expect(told).toContain('flow.copy.gz of the backup was altered')
  await expect(stat(target)).rejects.toThrow('ENOENT')
})

test('it is restored at another place, where tables name their files by the new address', async () => {
  const elsewhere = join(folder, 'elsewhere')
  await headwater('restore', backupDir, '--data-dir', elsewhere)
  const check = await runCommand(['lake', 'check', '--data-dir', elsewhere])
  expect([check.code, check.stdout]).toEqual([0, expect.stringContaining(landed.datasetId)])
  const location = join(elsewhere, 'lake', 'prod', landed.datasetId, 'metadata')
  for (const name of (await readdir(location)).filter((file) => file.endsWith('.json')))
    expect(await readFile(join(location, name), 'utf8')).not.toContain(dataDir)
})

test('without its files, a lake has to be where it was', async () => {
  const lakeless = join(folder, 'lakeless')
  await headwater('backup', lakeless, '--no-lake', '--data-dir', dataDir)
  const told = await refusal('restore', lakeless, '--data-dir', join(folder, 'nowhere'))
  expect(told).toContain('Set HEADWATER_LAKE to where it was')
})

test('what is restored goes on: the same clients, the same rows, and the run lands exactly once', async () => {
  await server?.end('SIGKILL')
  server = undefined
  // The server that was killed leaves its PostgreSQL behind for a moment, which must not write into the new folder.
  await rename(dataDir, join(folder, 'lost'))
  await headwater('restore', backupDir, '--data-dir', dataDir)
  server = await startServerProcess(dataDir)
  client.baseUrl = server.url
  await client.authenticate()
  await expectLandedOnce(client, landed, { rows: ROWS })
  await gated.open()
  await expectLandedOnce(client, under, { rows: ROWS })
  const { body } = await client.get(`${CATALOG}/dataSets/${landed.datasetId}`)
  expect(Object.keys(body)).toEqual([landed.datasetId])
  expect((await runCommand(['lake', 'check', '--data-dir', dataDir])).code).toBe(0)
})

test('a backup without the key opens no secret with another', async () => {
  const keyless = join(folder, 'keyless')
  await headwater('backup', keyless, '--no-key', '--no-lake', '--data-dir', dataDir)
  expect((await readdir(keyless)).map((name) => name.replace(/^store-.*/, 'store')).sort()).toEqual([
    'backup.json',
    'store',
  ])
  const { code, stderr } = await runCommand(['restore', keyless, '--data-dir', join(folder, 'new')], {
    HEADWATER_LAKE: join(dataDir, 'lake'),
  })
  expect([code, stderr]).toEqual([1, expect.stringContaining('Set HEADWATER_MASTER_KEY to that key')])
  await expect(stat(join(folder, 'new'))).rejects.toThrow('ENOENT')
})

test('it moves into a database of its own, where the lake stays', async () => {
  const moved = join(folder, 'moved')
  await headwater('backup', moved, '--no-lake', '--data-dir', dataDir)
  await using database = await createTestDatabase()
  const env = { DATABASE_URL: database.url, HEADWATER_LAKE: join(dataDir, 'lake') }
  const { code, stderr } = await runCommand(['restore', moved, '--data-dir', join(folder, 'keys')], env)
  expect([code, stderr]).toEqual([0, ''])
  const { rows } = await database.query('select id from flow order by created_at')
  expect(rows.map(({ id }) => id)).toEqual([landed.flowId, under.flowId])
  const again = await runCommand(['restore', moved, '--data-dir', join(folder, 'keys')], env)
  expect(again.stderr).toContain('a restore replaces nothing')
})
