import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ApiClient } from '@headwater/testkit/api-client.ts'
import { curlTitle, hasCurl } from '@headwater/testkit/curl.ts'
import { connectTo } from '@headwater/testkit/journey.ts'
import {
  CLI,
  createCredentials,
  type ServerProcess,
  startServerProcess,
} from '@headwater/testkit/server-process.ts'
import { landTable } from '@headwater/testkit/table-journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { accessOf, CALL } from './page-examples.ts'

/** Every block of code of every page is played by a test: here, or where the table says. */
const ROOT = join(import.meta.dirname, '..')
const run = promisify(execFile)

interface Block {
  readonly page: string
  readonly line: number
  readonly language: string
  /** After the language: `skip: why`, `accepted`. */
  readonly note: string
  readonly text: string
}

/** Fenced blocks that name a language; the others are what programs print. */
function blocksOf(page: string): readonly Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return [...text.matchAll(/^```(\w+) *(.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split('\n').length,
    language: match[1] ?? '',
    note: match[2] ?? '',
    text: match[3] ?? '',
  }))
}

const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)]
const BLOCKS = PAGES.filter((page) => page.endsWith('.md')).flatMap(blocksOf)

/** Who plays the blocks of a page in that language; the file speaks of the page. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'README.md sh': 'acceptance/page-examples.ts',
  'README.md python': 'acceptance/independent-readers.test.ts',
  'docs/access.md sh': 'acceptance/access-page.test.ts',
  'docs/cli.md text': 'scripts/cli-page.test.ts',
  'docs/clients.md python': 'testkit/src/aepp.ts',
  'docs/clients.md py': 'testkit/src/aepp.ts',
  'docs/connection-doctor.md json': 'scripts/doctor-tables.test.ts',
  'docs/connections.md sh': 'server/src/services/flow-service/connections/connection-docs.test.ts',
  'docs/connections.md json': 'server/src/services/flow-service/connections/connection-docs.test.ts',
  'docs/connections.md text': 'server/src/services/flow-service/connections/connection-docs.test.ts',
  'docs/drift.md json': 'acceptance/drift/drift-page.test.ts',
  'docs/drift.md sh': 'acceptance/drift/drift-page.test.ts',
  'docs/explore.md sh': 'server/src/services/flow-service/explore/explore-docs.test.ts',
  'docs/explore.md json': 'server/src/services/flow-service/explore/explore-docs.test.ts',
  'docs/explore.md http': 'server/src/services/flow-service/explore/explore-docs.test.ts',
  'docs/iceberg.md python': 'acceptance/iceberg-catalog.test.ts',
  'docs/ingestion.md sh': 'acceptance/platform/ingestion-page.test.ts',
  'docs/ingestion.md json': 'acceptance/platform/ingestion-page.test.ts',
  'docs/ingestion.md ts': 'acceptance/platform/ingestion-page.test.ts',
  'docs/lists.md sh': 'server/src/services/flow-service/lists/lists-docs.test.ts',
  'docs/lists.md json': 'server/src/services/flow-service/lists/lists-docs.test.ts',
  'docs/mapping.md sh': 'acceptance/mapping-docs.test.ts',
  'docs/mapping.md json': 'acceptance/mapping-docs.test.ts',
  'docs/notifications.md sh': 'server/src/notify/notifications-page.pg.test.ts',
  'docs/notifications.md json': 'server/src/notify/notifications-page.pg.test.ts',
  'docs/notifications.md js': 'server/src/notify/notifications-page.pg.test.ts',
  'docs/notifications.md python': 'server/src/notify/notifications-page.pg.test.ts',
  'docs/query.md sh': 'acceptance/platform/query.test.ts',
  'docs/query.md json': 'acceptance/platform/query.test.ts',
  'docs/query.md sql': 'acceptance/platform/query.test.ts',
  'docs/row-filters.md json': 'server/src/source/postgres/filter/row-filters-page.pg.test.ts',
  'docs/row-filters.md pql': 'server/src/source/postgres/filter/row-filters-page.pg.test.ts',
  'docs/row-filters.md sql': 'server/src/source/postgres/filter/row-filters-page.pg.test.ts',
  'docs/runs.md sh': 'server/src/runs/runs-docs.test.ts',
  'docs/runs.md json': 'server/src/runs/runs-docs.test.ts',
  'docs/schemas.md sh': 'acceptance/schemas-docs.test.ts',
  'docs/schemas.md json': 'acceptance/schemas-docs.test.ts',
}

/** Pages whose commands are played below. */
const HERE = [
  'docs/backup.md',
  'docs/lake.md',
  'docs/monitoring.md',
  'docs/quarantine.md',
  'docs/verification.md',
]

const isHere = ({ page, language }: Block): boolean => HERE.includes(page) && language === 'sh'

test('every block is played somewhere, or says why not and what stands for it', () => {
  const left = BLOCKS.filter(({ page, language, note }) => {
    if (note.startsWith('skip: ')) return false
    const elsewhere = ELSEWHERE[`${page} ${language}`]
    if (elsewhere === undefined) return !isLooked({ page, language }) && !HERE.includes(page)
    return !existsSync(join(ROOT, elsewhere))
  })
  expect(left.map(({ page, line, language }) => `${page}:${line} ${language}`)).toEqual([])
})

test('whoever plays a page names it', () => {
  for (const [key, file] of Object.entries(ELSEWHERE)) {
    const [page = ''] = key.split(' ')
    if (page === 'README.md') continue
    expect([file, readFileSync(join(ROOT, file), 'utf8')]).toEqual([
      file,
      expect.stringContaining(page.replace('docs/', '')),
    ])
  }
})

test('files that stand for what is skipped are there', () => {
  const named = BLOCKS.flatMap(({ note }) => note.match(/[\w/-]+\.test\.ts/g) ?? [])
  expect(named.length).toBeGreaterThan(4)
  for (const file of named) expect([file, existsSync(join(ROOT, file))]).toEqual([file, true])
})

/** Languages whose blocks are read by the program that they are for. */
function isLooked({ page, language }: Pick<Block, 'page' | 'language'>): boolean {
  return ['json', 'yaml', 'http'].includes(language) || (page === 'docs/postgresql.md' && language === 'sql')
}

test.each(
  BLOCKS.filter((block) => block.language === 'json').map((block) => [`${block.page}:${block.line}`, block]),
)('the JSON of %s is JSON', (_, { text }) => {
  // Some show the body of a request below its first line, or several answers.
  expect(() => JSON.parse(text.replaceAll('…', ' '))).not.toThrow()
})

test.each(
  BLOCKS.filter(({ language }) => language === 'yaml').map((block) => [`${block.page}:${block.line}`, block]),
)('the YAML of %s is YAML', (_, { text }) => {
  expect(typeof parse(text)).toBe('object')
})

test.each(
  BLOCKS.filter(({ language }) => language === 'http').map(
    (block) => [`${block.page}:${block.line}`, block] as const,
  ),
)('the requests of %s have methods, paths, and bodies that are JSON', (_, { text }) => {
  for (const request of text.split(/^(?=[A-Z]+ \/)/m)) {
    const [line = '', ...body] = request.trim().split('\n')
    expect(line).toMatch(/^[A-Z]+ \/\S/)
    if (body.length > 0) expect(() => JSON.parse(body.join('\n'))).not.toThrow()
  }
})

test('the rights that the page on PostgreSQL grants are enough to read', async () => {
  await using database = await createTestDatabase()
  await database.query('create table orders as select 1 as id')
  const [block] = BLOCKS.filter(({ page, language }) => page === 'docs/postgresql.md' && language === 'sql')
  const role = `reader_${database.database}`
  const text = (block?.text ?? '')
    .replaceAll(/\breader\b/g, role)
    .replaceAll(/database shop/g, `database ${database.database}`)
  await database.query(text)
  const client = new pg.Client({ ...database, user: role, password: 'choose one' })
  await client.connect()
  expect((await client.query('select count(*)::int as n from orders')).rows).toEqual([{ n: 1 }])
  await client.end()
  await database.query(`drop owned by ${role}; drop role ${role}`)
})

describe.skipIf(!hasCurl)(`commands of pages, over a server ${curlTitle}`, () => {
  let folder: string
  let source: TestDatabase
  let server: ServerProcess
  let env: Record<string, string>

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'headwater-pages-'))
    const dataDir = join(folder, 'data')
    source = await createTestDatabase()
    await source.query(`create table orders as select i as id,
      case when i = 7 then 'infinity' else date '2026-01-01' + i end as changed from generate_series(1, 20) i`)
    server = await startServerProcess(dataDir)
    const client = new ApiClient(await createCredentials(dataDir))
    await client.authenticate()
    const options = { errorDiagnosticsEnabled: true, partialIngestionPercent: 50 }
    const connectionId = await connectTo(client, source)
    const { datasetId, run: landed } = await landTable(client, connectionId, {
      tableName: 'public.orders',
      options,
    })
    const batch = landed.metrics.fileInfo?.batchId ?? (await batchOf(client, datasetId))
    env = {
      ...accessOf(client),
      ...{ DATASET: datasetId, RUN: landed.id, BATCH: batch, HEADWATER_DATA_DIR: dataDir },
      PATH: process.env['PATH'] ?? '',
    }
  })

  afterAll(async () => {
    await server?.end('SIGTERM')
    await source?.drop()
    await rm(folder, { recursive: true, force: true })
  })

  async function batchOf(client: ApiClient, datasetId: string): Promise<string> {
    const { body } = await client.get(`/data/foundation/catalog/batches?dataSet=${datasetId}&limit=1`)
    return Object.keys(body)[0] ?? ''
  }

  const played = BLOCKS.filter((block) => isHere(block) && !block.note.startsWith('skip: '))

  test.each(played.map((block) => [`${block.page}:${block.line}`, block] as const))(
    '%s',
    async (_, { text }) => {
      const headwater = `headwater() { '${process.execPath}' '${CLI}' "$@"; }`
      // Folders of the reader, and a stream that would go on for a minute.
      const command = text
        .replaceAll(/(?<= )\/(srv|backup)\//g, `${folder}/$1/`)
        .replace('--max-time 60', '--max-time 2')
      const { stdout } = await run('bash', ['-c', `set -e\n${CALL}\n${headwater}\n${command}`], {
        env,
      }).catch((error: { readonly code: number; readonly stdout: string; readonly stderr: string }) => {
        // curl says so when the time is over.
        if (error.code === 28) return error
        throw new Error(`${error.code}: ${error.stderr}${error.stdout}`)
      })
      expect(stdout.trim()).not.toBe('')
      expect(stdout).not.toMatch(/"(status|error_code)": ?"?[45]\d\d/)
    },
  )
})
