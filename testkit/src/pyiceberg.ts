import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { hasModules, PYTHON, pythonTitle } from './python.ts'

// pyiceberg as a reader for tests.

const run = promisify(execFile)
const SCRIPT = join(import.meta.dirname, '../readers/read_iceberg.py')

export const hasPyiceberg: boolean = await hasModules('pyiceberg', 'pyarrow')

/** Says in the name of a skipped test why it is. */
export const pyicebergTitle: string = pythonTitle('pyiceberg', hasPyiceberg)

/** What `read_iceberg.py` prints. */
export interface PyTable {
  readonly rows: number
  readonly columns: Readonly<Record<string, unknown>>
  /** With the option `--rows`. */
  readonly data: readonly unknown[] | null
  readonly plannedFiles: readonly string[]
  readonly plans: Readonly<Record<string, readonly string[]>>
  readonly snapshots: readonly string[]
  readonly summary: Readonly<Record<string, string>> | null
}

/** Reads a table by the local path of its metadata file, with further options of the script. */
export async function readWithPyiceberg(path: string | undefined, ...options: string[]): Promise<PyTable> {
  const { stdout } = await run(PYTHON, [SCRIPT, path ?? '', ...options], {
    timeout: 60_000,
    maxBuffer: 64 * 1024 * 1024,
  })
  return JSON.parse(stdout) as PyTable
}
