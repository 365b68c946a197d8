import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listBinaries } from './binaries.ts'
import {
  type BundledPostgres,
  type BundledPostgresOptions,
  endAbandoned,
  findRunning,
  startBundledPostgres,
} from './bundled-postgres.ts'
import { findProcess } from './process-status.ts'

const moduleUrl = new URL('./bundled-postgres.ts', import.meta.url).href
const asRoot = process.getuid?.() === 0

let root = ''
const children: ChildProcess[] = []

beforeAll(() => {
  // mkdtemp makes it 0700: as root, the user of the server can't pass it.
  root = mkdtempSync(path.join(tmpdir(), 'hw-bundled-'))
})

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

function start(dataDir: string, options: Partial<BundledPostgresOptions> = {}): Promise<BundledPostgres> {
  return startBundledPostgres({ dataDir, listen: 'socket', database: 'meta', ...options })
}

async function query(server: BundledPostgres, sql: string): Promise<Record<string, unknown>[]> {
  const { host, port, user, password, database } = server
  const client = new pg.Client({ host, port, user, password, database, ssl: false })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

/** A process of its own that starts a server on `dataDir`, then runs `after` with it as `server`. */
async function startElsewhere(
  dataDir: string,
  after: string,
): Promise<{ child: ChildProcess; serverPid: number }> {
  const code = `
    const { startBundledPostgres } = await import(${JSON.stringify(moduleUrl)})
    const server = await startBundledPostgres({ dataDir: ${JSON.stringify(dataDir)}, listen: 'socket', database: 'meta' })
    process.stdout.write(String(server.pid) + '\\n')
    ${after}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const said = await new Promise<Buffer>((resolve, reject) => {
    child.stdout?.once('data', resolve)
    child.once('exit', () => reject(new Error('it ended before its server ran')))
  })
  return { child, serverPid: Number(String(said)) }
}

async function untilGone(pid: number): Promise<void> {
  for (let found = findProcess(pid); found !== undefined && !found.zombie; found = findProcess(pid))
    await sleep(10)
}

describe('a server of its own', () => {
  let server: BundledPostgres
  let dataDir: string

  beforeAll(async () => {
    dataDir = path.join(root, 'own, with "odd" name')
    server = await start(dataDir)
  })

  afterAll(() => server.stop())

  test('listens on its socket only, and writes durably', async () => {
    const rows = await query(
      server,
      `select name, setting from pg_settings where name in ('listen_addresses', 'fsync', 'TimeZone', 'server_encoding')`,
    )
    const settings = Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))
    expect(settings).toEqual({ listen_addresses: '', fsync: 'on', TimeZone: 'UTC', server_encoding: 'UTF8' })
    expect(statSync(server.host).mode & 0o777).toBe(0o700)
  })

  test('sorts text by code point', async () => {
    const rows = await query(
      server,
      `select string_agg(c, '' order by c) as all from unnest(array['b','a','é','B']) c`,
    )
    expect(rows).toEqual([{ all: 'Babé' }])
  })

  test('is found by another command', async () => {
    const { host, port, user, database } = server
    expect(findRunning(dataDir)).toEqual({ host, port, user, database })
  })

  test('is refused to a second start, which names the holder', async () => {
    const second = start(dataDir)
    await expect(second).rejects.toMatchObject({ code: 'already-running' })
    await expect(second).rejects.toThrow(`as pid ${process.pid}`)
    expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('does not belong to the process group that a terminal interrupts', () => {
    const { stdout } = spawnSync('ps', ['-o', 'pgid=', '-p', String(server.pid)], { encoding: 'utf8' })
    expect(Number(stdout)).toBe(server.pid)
  })

  test.runIf(asRoot)('does not run as root', () => {
    const { stdout } = spawnSync('ps', ['-o', 'uid=', '-p', String(server.pid)], { encoding: 'utf8' })
    expect(Number(stdout)).toBeGreaterThan(0)
  })

  test('is not taken for abandoned', async () => {
    expect(await endAbandoned(dataDir)).toBe(false)
  })
})

describe('from one start to the next', () => {
  let dataDir: string

  beforeAll(async () => {
    dataDir = path.join(root, 'again')
    await using server = await start(dataDir)
    await query(server, 'create table kept (n int)')
  })

  beforeEach(() => expect(findRunning(dataDir)).toBeUndefined())

  async function expectKept(): Promise<void> {
    await using server = await start(dataDir)
    expect(await query(server, 'select count(*)::int as n from kept')).toEqual([{ n: 0 }])
  }

  test('the data stays, and nothing but the data', async () => {
    await expectKept()
    expect(readdirSync(dataDir).sort()).toEqual(['cluster', 'pg_hba.conf', 'postgres.log', 'socket'])
  })

  test('stop may be called twice', async () => {
    const server = await start(dataDir)
    await Promise.all([server.stop(), server.stop()])
    await server.stop()
    expect(findProcess(server.pid)).toBeUndefined()
  })

  test('a killed process leaves a server that the next start ends', async () => {
    const { child, serverPid } = await startElsewhere(dataDir, 'setInterval(() => {}, 1000)')
    child.kill('SIGKILL')
    await untilGone(child.pid ?? 0)
    expect(findRunning(dataDir)).toBeDefined()
    await expectKept()
    await untilGone(serverPid)
  })

  test('what a killed process left can be ended without a start', async () => {
    const { child, serverPid } = await startElsewhere(dataDir, 'setInterval(() => {}, 1000)')
    child.kill('SIGKILL')
    await untilGone(child.pid ?? 0)
    expect(await endAbandoned(dataDir)).toBe(true)
    expect(findRunning(dataDir)).toBeUndefined()
    await untilGone(serverPid)
  })

  test('a server ends with a process that forgot to stop it, and keeps none alive', async () => {
    const { child, serverPid } = await startElsewhere(dataDir, '')
    await untilGone(child.pid ?? 0)
    await untilGone(serverPid)
    await expectKept()
  })

  test('a killed server is noticed, and recovers, beside a backend that did not notice', async () => {
    const server = await start(dataDir)
    const { host, port, user, database } = server
    const busy = new pg.Client({ host, port, user, database, ssl: false })
    busy.on('error', () => undefined)
    await busy.connect()
    const endless = busy.query('select count(*) from generate_series(1, 1e12::bigint)').catch(() => undefined)
    process.kill(server.pid, 'SIGKILL')
    expect(await server.ended).toEqual({ code: null, signal: 'SIGKILL' })
    await server.stop()
    await expectKept()
    await endless
    await busy.end()
  })

  test('a pid file that names another program does not stop the start', async () => {
    writeFileSync(
      path.join(dataDir, 'cluster', 'postmaster.pid'),
      `${process.pid}\n${dataDir}\n1\n5432\n\n\n`,
    )
    await expectKept()
  })

  test('a pid file that names a zombie does not stop the start', async () => {
    const parent = spawn('/bin/sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    children.push(parent)
    const zombie = Number(String(await new Promise<Buffer>((resolve) => parent.stdout.once('data', resolve))))
    while (findProcess(zombie)?.zombie !== true) await sleep(10)
    writeFileSync(path.join(dataDir, 'cluster', 'postmaster.pid'), `${zombie}\n${dataDir}\n1\n5432\n\n\n`)
    await expectKept()
    expect(findProcess(zombie)?.zombie).toBe(true)
  })

  test('a lock of a dead process, or half a lock, is taken over', async () => {
    writeFileSync(
      path.join(dataDir, 'lock'),
      JSON.stringify({ pid: process.pid, identity: 'another start of this pid' }),
    )
    await expectKept()
    writeFileSync(path.join(dataDir, 'lock'), '{"pi')
    await expectKept()
  })

  test('an aborted start gives its reason and leaves nothing running', async () => {
    const reason = new Error('changed my mind')
    const starting = start(dataDir, { signal: AbortSignal.abort(reason) })
    await expect(starting).rejects.toBe(reason)
    const controller = new AbortController()
    const late = start(dataDir, { signal: controller.signal })
    controller.abort(reason)
    await expect(late).rejects.toThrow()
    await expectKept()
  })

  test('a setting that PostgreSQL refuses is shown with its own words', async () => {
    const starting = start(dataDir, { settings: { work_mem: 'much' } })
    await expect(starting).rejects.toMatchObject({ code: 'start-failed' })
    await expect(starting).rejects.toThrow('invalid value for parameter "work_mem"')
    await expectKept()
  })

  test('a cluster of a version that is not installed is refused, with both versions named', async () => {
    const file = path.join(dataDir, 'cluster', 'PG_VERSION')
    const original = readFileSync(file, 'utf8')
    writeFileSync(file, '9\n')
    const starting = start(dataDir)
    await expect(starting).rejects.toMatchObject({ code: 'version-mismatch' })
    await expect(starting).rejects.toThrow('was made by PostgreSQL 9')
    writeFileSync(file, original)
    await expectKept()
  })

  test('a password decides over TCP, and may change', async () => {
    for (const password of [`it's "one"`, 'two']) {
      await using server = await start(dataDir, { listen: { port: 0, password } })
      expect(server.host).toBe('127.0.0.1')
      expect(await query(server, 'select host(inet_server_addr()) as address')).toEqual([
        { address: '127.0.0.1' },
      ])
      await expect(query({ ...server, password: 'wrong' }, 'select 1')).rejects.toMatchObject({
        code: '28P01',
      })
      expect(readFileSync(path.join(dataDir, 'postgres.log'), 'utf8')).not.toContain(`'${password}'`)
    }
  })

  test('a port that is taken is an error, not a search', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    await expect(start(dataDir, { listen: { port, password: 'x' } })).rejects.toThrow(
      'Address already in use',
    )
    await new Promise((resolve) => taken.close(resolve))
  })
})

test('a killed initdb leaves nothing that looks like a cluster', async () => {
  const dataDir = path.join(root, 'half')
  mkdirSync(path.join(dataDir, 'cluster.new-1', 'base'), { recursive: true })
  await using server = await start(dataDir)
  expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }])
  expect(existsSync(path.join(dataDir, 'cluster.new-1'))).toBe(false)
})

test('a data directory too long for a socket puts it into a temporary folder', async () => {
  const dataDir = path.join(root, 'long'.repeat(30))
  const server = await start(dataDir, { settings: { fsync: 'off' } })
  const { host } = server
  expect(path.dirname(host)).toBe(tmpdir())
  expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }])
  await server.stop()
  expect(existsSync(host)).toBe(false)
})

test('the npm binaries do when they are preferred', async ({ skip }) => {
  const carried = (await listBinaries(false)).find(({ origin }) => origin === 'npm')
  if (carried === undefined) return skip('npm left out its optional binaries')
  await using server = await start(path.join(root, 'npm'), { preferSystem: false })
  expect(server).toMatchObject({ origin: 'npm', version: carried.version })
  expect(await query(server, `select split_part(version(), ' ', 2) as v`)).toEqual([{ v: carried.version }])
})

test.runIf(asRoot)('a data directory that root copied is put right', async () => {
  const [original, copy] = [path.join(root, 'original'), path.join(root, 'copy')]
  const first = await start(original, { settings: { fsync: 'off' } })
  await first.stop()
  cpSync(original, copy, { recursive: true })
  await using server = await start(copy)
  expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }])
})

test.runIf(!asRoot)('a data directory of somebody else is refused by name', async () => {
  const dataDir = path.join(root, 'closed')
  mkdirSync(dataDir)
  chmodSync(dataDir, 0o500)
  await expect(start(dataDir)).rejects.toMatchObject({ code: 'not-permitted' })
})
