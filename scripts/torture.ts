import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { TortureReport } from '../acceptance/torture/report.ts'
import { tableOf, withTable } from './markdown-table.ts'
import { fetchPostgres, MAJORS } from './postgres-versions.ts'

// The torture tests with each version of PostgreSQL as the source: npm run torture [-- --versions 13,18] [--write]

const { values } = parseArgs({
  options: {
    versions: { type: 'string', default: MAJORS.join(',') },
    write: { type: 'boolean', default: false },
  },
})

const PAGE = path.join(import.meta.dirname, '../docs/types.md')

interface Outcome {
  readonly report: TortureReport
  /** Tests of shapes, encodings and large rows among them. */
  readonly passed: number
  readonly failed: number
}

/** Only the counts of Vitest's report. */
interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
}

const outcomes: Outcome[] = []
for (const major of values.versions.split(',')) outcomes.push(await torture(major.trim()))
const rows = tableOf(
  [
    'PostgreSQL',
    'tables',
    'values',
    'rows set aside, each with its code',
    'unlisted: DuckDB',
    'pyiceberg',
    'tests',
  ],
  outcomes.map(rowOf),
)
process.stdout.write(`\n${rows.join('\n')}\n`)
if (values.write) await writeFile(PAGE, withTable(await readFile(PAGE, 'utf8'), 'versions', rows))
if (outcomes.some(({ failed }) => failed > 0)) process.exitCode = 1

async function torture(major: string): Promise<Outcome> {
  const { binDir } = await fetchPostgres(major)
  const dir = await mkdtemp(path.join(tmpdir(), 'headwater-torture-'))
  const [report, tests] = [path.join(dir, 'torture.json'), path.join(dir, 'tests.json')]
  try {
    await runTests(tests, { TORTURE_POSTGRES: binDir, TORTURE_REPORT: report })
    const { numPassedTests: passed, numFailedTests: failed } = await readJson<VitestReport>(tests)
    return { report: await readJson<TortureReport>(report), passed, failed }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** Resolves whether they pass or not; what they say goes to the terminal. */
function runTests(outputFile: string, env: Readonly<Record<string, string>>): Promise<void> {
  const args = ['run', '--project', 'acceptance', '--reporter=default', '--reporter=json']
  const vitest = spawn('npx', ['vitest', ...args, `--outputFile.json=${outputFile}`, 'acceptance/torture'], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  return new Promise((resolve, reject) => {
    vitest.once('exit', () => resolve())
    vitest.once('error', reject)
  })
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, 'utf8')) as T
}

function rowOf({ report, passed, failed }: Outcome): string[] {
  const { version, tables, values: count, listed, unlisted } = report
  const found = (reader: keyof TortureReport['unlisted']) => String(unlisted[reader]?.length ?? 'not read')
  const aside = Object.values(listed).reduce((sum, each) => sum + each, 0)
  return [
    version,
    String(tables),
    count.toLocaleString('en'),
    String(aside),
    found('DuckDB'),
    found('pyiceberg'),
    failed === 0 ? `${passed} passed` : `${failed} of ${passed + failed} failed`,
  ]
}
