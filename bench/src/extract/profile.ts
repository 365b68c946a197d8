import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Headwater } from './headwater.ts'
import { meterRunning } from './meter.ts'
import type { ProfileResult } from './results.ts'
import type { Source } from './source.ts'
import type { BenchTable } from './tables.ts'

const run = promisify(execFile)

/** Runs before the one that is looked at: what is compiled then is not compiled any more. */
const WARM_UPS = 2
/** Until perf counts. */
const ATTACH_MS = 700

/**
 * Where the CPU time of whole runs goes, verified, by the samples of Linux perf.
 * @throws Error where perf is missing or may not look
 */
export async function profileTables(
  source: Source,
  tables: readonly BenchTable[],
  cacheDir: string,
): Promise<ProfileResult[]> {
  execFileSync('perf', ['--version'])
  await source.prepare(tables)
  await using server = await Headwater.start(source, cacheDir, 'digest', {
    NODE_OPTIONS: '--perf-basic-prof',
  })
  const profiles: ProfileResult[] = []
  for (const table of tables) profiles.push(await profileTable(source, server, table))
  return profiles
}

async function profileTable(
  source: Source,
  server: Headwater,
  { name, rows }: BenchTable,
): Promise<ProfileResult> {
  for (let count = 0; count < WARM_UPS; count++) await server.land(await server.prepare(name))
  const folder = await mkdtemp(path.join(tmpdir(), 'headwater-profile-'))
  const samples = path.join(folder, 'perf.data')
  const flow = await server.prepare(name)
  const perf = spawn('perf', ['record', '-o', samples, '-F', '997', '-p', String(server.pid)], {
    stdio: 'ignore',
  })
  try {
    await sleep(ATTACH_MS)
    const cost = await meterRunning({ root: server.pid, source: source.pid }, async () => {
      return (await server.land(flow)).wallMs
    })
    perf.kill('SIGINT')
    await once(perf, 'exit')
    return { table: name, rows, cpuMs: cost.cpuMs, shares: await sharesOf(samples) }
  } finally {
    perf.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
}

/** Percent of the samples by what was being done. */
async function sharesOf(samples: string): Promise<Record<string, number>> {
  const fields = [
    '--stdio',
    '--no-children',
    '-g',
    'none',
    '-F',
    'overhead,comm,dso,sym',
    '--field-separator',
    '|',
  ]
  const { stdout } = await run('perf', ['report', '-i', samples, ...fields], { maxBuffer: 2 ** 28 })
  const shares = new Map<string, number>()
  for (const line of stdout.split('\n')) {
    const [percent = '', thread = '', file = '', symbol = ''] = line.split('|').map((part) => part.trim())
    if (line.startsWith('#') || percent === '') continue
    const work = workOf(thread, file, symbol)
    shares.set(work, (shares.get(work) ?? 0) + Number.parseFloat(percent))
  }
  return Object.fromEntries([...shares].map(([work, share]) => [work, Math.round(share * 10) / 10]))
}

const COMPRESSION = /ZSTD|HUF_|FSE_|HIST_|XXH/

/** What a sample belongs to, by its thread, its file and its function. */
function workOf(thread: string, file: string, symbol: string): string {
  if (thread.startsWith('headwater-read')) return readerWork(file, symbol)
  if (thread.startsWith('headwater-enco')) return encoderWork(file, symbol)
  if (file.startsWith('libduckdb') || thread === 'libuv-worker') return 'reading back: DuckDB'
  if (thread === 'V8Worker') return 'compiler and collector of V8'
  return 'requests, queue, metadata'
}

function readerWork(file: string, symbol: string): string {
  if (symbol.includes('wasm-function')) return 'reading: rows and values out of the wire, WebAssembly'
  return file.includes('kernel') ? 'reading: sockets' : 'reading: JavaScript'
}

function encoderWork(file: string, symbol: string): string {
  if (COMPRESSION.test(symbol)) return 'writing: zstd'
  if (symbol.includes('wasm-function')) return 'writing: digests, dictionaries, pages, WebAssembly'
  return file.includes('kernel') ? 'writing: files' : 'writing: mapping and columns, JavaScript'
}
