import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { say } from '../table.ts'
import type { LandedFiles } from './check-landed.ts'
import type { Cost } from './meter.ts'
import type { Skipped } from './results.ts'
import { meterCommand } from './run-command.ts'
import type { Source } from './source.ts'
import type { BenchTable } from './tables.ts'

const SCRIPTS = path.join(import.meta.dirname, '../../peers')
/** Their environments are hundreds of megabytes, and no part of the project. */
const HOME = process.env['BENCH_PEERS'] ?? path.join(homedir(), '.cache/headwater-bench')

const REASON_LENGTH = 170

/** Another program that brings a table to Parquet. */
export interface Peer {
  readonly name: string
  /** Its environment in the folder that `install.sh` makes. */
  readonly environment: string
  /** How it was told to keep numbers exact, or that it can't be told. */
  readonly about: string
}

export const PEERS: readonly Peer[] = [
  {
    name: 'duckdb',
    environment: 'duckdb',
    about: 'postgres extension, COPY to Parquet; decimals as declared',
  },
  {
    name: 'adbc',
    environment: 'peers',
    about: 'batches to pyarrow; numeric only as text, cast to decimals by pyarrow',
  },
  {
    name: 'connectorx',
    environment: 'peers',
    about: 'to Arrow, in one piece; decimal type it takes by itself',
  },
  {
    name: 'dlt-pyarrow',
    environment: 'peers',
    about: 'sql_table with backend pyarrow and reflected precision',
  },
  { name: 'dlt-connectorx', environment: 'peers', about: 'sql_table with backend connectorx' },
  { name: 'sling', environment: 'sling', about: 'file target, Parquet, zstd' },
  { name: 'ingestr', environment: 'ingestr', about: 'Parquet files' },
]

/** Tries each on a table of one row, so that one that can't run here is named at once and not after an hour. */
export async function findPeers(source: Source, wanted: readonly string[]): Promise<[Peer[], Skipped[]]> {
  const present: Peer[] = []
  const skipped: Skipped[] = []
  for (const peer of PEERS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    const reason = await whyNot(source, peer)
    if (reason === undefined) present.push(peer)
    else {
      skipped.push({ name: peer.name, reason })
      say(`SKIPPED ${peer.name}: ${reason}`)
    }
  }
  return [present, skipped]
}

async function whyNot(source: Source, peer: Peer): Promise<string | undefined> {
  if (!existsSync(pythonOf(peer))) return `not installed: bench/peers/install.sh makes ${peer.environment}`
  try {
    await runPeer(source, peer, { name: 'small_0', rows: 1, create: '' })
    return undefined
  } catch (error) {
    return reasonOf(error as Error)
  }
}

/** The end of what it said, without colours and without places of this machine. */
export function reasonOf({ message }: Pick<Error, 'message'>): string {
  const plain = stripVTControlCharacters(message).replaceAll(HOME, '').replaceAll(homedir(), '~')
  return plain.split('\n').filter(Boolean).slice(-3).join(' ').slice(0, REASON_LENGTH)
}

/** The whole table as zstd Parquet into an empty folder. */
export async function runPeer(
  source: Source,
  peer: Peer,
  table: BenchTable,
): Promise<{ readonly cost: Cost; readonly landed: LandedFiles }> {
  const out = path.join(HOME, 'out', peer.name)
  for (const left of [out, `${out}-work`]) await rm(left, { recursive: true, force: true })
  await mkdir(out, { recursive: true })
  const script = path.join(SCRIPTS, `${peer.name.replace(/-.*/, '')}_table.py`)
  const cost = await meterCommand(
    source.pid,
    [pythonOf(peer), script, table.name, out, peer.name.replace(/^[^-]*-?/, '')],
    { BENCH_SOURCE: source.url, HOME: path.join(HOME, 'home'), PYTHONWARNINGS: 'ignore' },
  )
  const { paths, bytes } = await parquetBelow(out)
  return { cost: { ...cost, fileBytes: bytes, files: paths.length }, landed: { paths } }
}

const pythonOf = ({ environment }: Peer): string => path.join(HOME, environment, 'bin/python')

async function parquetBelow(folder: string): Promise<{ paths: string[]; bytes: number }> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.parquet'))
  const paths = names.map((name) => path.join(folder, name))
  if (paths.length === 0) throw new Error('it wrote no Parquet file')
  const sizes = await Promise.all(paths.map(async (file) => (await stat(file)).size))
  return { paths, bytes: sizes.reduce((sum, size) => sum + size, 0) }
}
