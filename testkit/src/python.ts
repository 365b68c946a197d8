import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

// Clients and readers in Python, for tests; HEADWATER_TEST_PYTHON names an interpreter that has what they import.

const run = promisify(execFile)
const CHECK_PATIENCE_MS = 60_000
const ANSWER_LIMIT_BYTES = 64 * 1024 * 1024

export const PYTHON: string = process.env['HEADWATER_TEST_PYTHON'] ?? 'python3'

/** Whether the interpreter can import these modules. */
export function hasModules(...names: readonly string[]): Promise<boolean> {
  return run(PYTHON, ['-c', `import ${names.join(', ')}`], { timeout: CHECK_PATIENCE_MS }).then(
    () => true,
    () => false,
  )
}

/** The title of tests that need a module: it says why they are skipped when they are. */
export function pythonTitle(name: string, isThere: boolean): string {
  return isThere ? name : `${name} (SKIPPED: '${PYTHON}' has no ${name}; set HEADWATER_TEST_PYTHON)`
}

/** What a program prints. */
export async function printPython(program: string): Promise<string> {
  return (await run(PYTHON, ['-B', '-c', program], { timeout: CHECK_PATIENCE_MS })).stdout
}

/** Runs a script with JSON on its standard input, and reads JSON from its standard output. */
export async function runPython<Answer>(script: string, input: unknown, timeoutMs: number): Promise<Answer> {
  const running = run(PYTHON, ['-B', script], { timeout: timeoutMs, maxBuffer: ANSWER_LIMIT_BYTES })
  running.child.stdin?.end(JSON.stringify(input))
  const { stdout } = await running
  return JSON.parse(stdout) as Answer
}
