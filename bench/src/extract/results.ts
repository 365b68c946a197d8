import { mkdir, writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import path from 'node:path'
import { say } from '../table.ts'
import type { Machine } from './machine.ts'
import type { Cost } from './meter.ts'

const FOLDER = path.join(import.meta.dirname, '../../results')

/** Who moved a table, and what each of the rounds took. */
export interface Contender {
  readonly name: string
  /** How it was told to keep values exact, or what it loses. */
  readonly about: string
  readonly rounds: readonly Cost[]
  /** Where its files differ from the table by SQL; empty when nowhere, absent where it wrote none. */
  readonly differences?: readonly string[] | undefined
}

export interface Skipped {
  readonly name: string
  readonly reason: string
}

/** A whole table: the limit, Headwater and its peers, in turn. */
export interface TableResult {
  readonly table: string
  readonly rows: number
  readonly contenders: readonly Contender[]
  readonly skipped: readonly Skipped[]
}

/** Many small tables, one run each. */
export interface SmallResult {
  readonly tables: number
  readonly rowsEach: number
  readonly rounds: readonly Cost[]
}

/** A small table from the request that starts its run to its committed rows. */
export interface FirstRowResult {
  readonly table: string
  readonly rows: number
  readonly rounds: readonly number[]
}

/** Runs that take what is new of a table, by how much is new and how large the table is. */
export interface IncrementalResult {
  readonly tableRows: number
  readonly newRows: number
  readonly rounds: readonly Cost[]
}

/** Where the CPU time of a whole run goes. */
export interface ProfileResult {
  readonly table: string
  readonly rows: number
  readonly cpuMs: number
  /** What was being done → percent of the samples. */
  readonly shares: Readonly<Record<string, number>>
}

/** What one run of the bench has found, as it is written to disk. */
export interface Results {
  readonly measuredAt: string
  readonly machine: Machine
  readonly loadAfter: readonly number[]
  readonly tables?: readonly TableResult[]
  readonly profiles?: readonly ProfileResult[]
  readonly small?: SmallResult
  readonly firstRow?: FirstRowResult
  readonly incremental?: readonly IncrementalResult[]
}

export type Found = Pick<Results, 'tables' | 'profiles' | 'small' | 'firstRow' | 'incremental'>

/** One file for each part, so that a part can be measured again alone. */
export async function writeResults(name: string, machine: Machine, found: Found): Promise<void> {
  const results: Results = { measuredAt: new Date().toISOString(), machine, loadAfter: loadavg(), ...found }
  await mkdir(FOLDER, { recursive: true })
  const file = path.join(FOLDER, `${name}.json`)
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`)
  say(`Written to bench/results/${name}.json`)
}
