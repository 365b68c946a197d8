import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

// pyiceberg as a reader for tests; HEADWATER_TEST_PYTHON names an interpreter that has it.

const run = promisify(execFile)
const PYTHON = process.env['HEADWATER_TEST_PYTHON'] ?? 'python3'
const SCRIPT = join(import.meta.dirname, '../readers/read_iceberg.py')

export const hasPyiceberg: boolean = await run(PYTHON, ['-c', 'import pyiceberg, pyarrow'], {
  timeout: 60_000,
}).then(
  () => true,
  () => false,
)

/** Says in the name of a skipped test why it is. */
export const pyicebergTitle: string = hasPyiceberg
  ? 'pyiceberg'
  : `pyiceberg (SKIPPED: '${PYTHON}' has no pyiceberg; set HEADWATER_TEST_PYTHON)`

/** What `read_iceberg.py` prints. */
export interface PyTable {
  readonly rows: number
  readonly columns: Readonly<Record<string, unknown>>
  readonly plannedFiles: readonly string[]
  readonly plans: Readonly<Record<string, readonly string[]>>
  readonly snapshots: readonly string[]
  readonly summary: Readonly<Record<string, string>> | null
}

/** Reads a table by the local path of its metadata file, with further options of the script. */
export async function readWithPyiceberg(path: string | undefined, ...options: string[]): Promise<PyTable> {
  const { stdout } = await run(PYTHON, [SCRIPT, path ?? '', ...options], { timeout: 60_000 })
  return JSON.parse(stdout) as PyTable
}
