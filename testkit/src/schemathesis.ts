import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Answer, ApiClient } from './api-client.ts'
import { hasModules, PYTHON, pythonTitle } from './python.ts'

// schemathesis: requests made up from an OpenAPI document, their answers held against it.

const run = promisify(execFile)

export const hasSchemathesis: boolean = await hasModules('schemathesis')

/** Says in the name of skipped tests why they are. */
export const schemathesisTitle: string = pythonTitle('schemathesis', hasSchemathesis)

/** Values for the last parameter of the paths that begin like this, in most requests of these methods. */
export interface PathValues {
  readonly path: string
  readonly methods: readonly string[]
  readonly values: readonly string[]
}

export interface SchemathesisOptions {
  readonly seed: number
  /** Requests per operation of the random phase, which follows that of corner cases. */
  readonly maxExamples: number
  readonly pathValues: readonly PathValues[]
  readonly timeoutMs: number
}

export interface SchemathesisReport {
  readonly requestCount: number
  readonly operationCount: number
  /** What broke, with the requests that show it; empty when nothing did. */
  readonly failures: string
}

const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
]
/** Share of requests with a known id; the others have a made-up one. */
const KNOWN_SHARE = 0.8
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024

/** Fuzzes every operation of the server's own document. */
export async function runSchemathesis(
  client: ApiClient,
  options: SchemathesisOptions,
): Promise<SchemathesisReport> {
  const folder = await mkdtemp(join(tmpdir(), 'headwater-schemathesis-'))
  try {
    const config = join(folder, 'schemathesis.toml')
    const report = join(folder, 'report.json')
    await writeFile(config, formatConfig(client, options.pathValues), { mode: 0o600 })
    const flags = [
      ['--url', client.baseUrl],
      ['--checks', CHECKS.join(',')],
      ['--phases', 'examples,coverage,fuzzing'],
      ['--max-examples', String(options.maxExamples)],
      ['--seed', String(options.seed)],
      ['--generation-database', 'none'],
      ['--request-timeout', '30'],
      ['--warnings', 'off'],
      ['--report', 'json', '--report-json-path', report],
      ['--no-color', '--continue-on-failure'],
    ]
    const args = ['-m', 'schemathesis.cli', '--config-file', config, 'run', `${client.baseUrl}/docs/json`]
    const failures = await runQuietly([...args, ...flags.flat()], folder, options.timeoutMs)
    return { ...readCounts(JSON.parse(await readFile(report, 'utf8'))), failures }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Nothing when the program succeeds; otherwise all that it says. */
async function runQuietly(args: readonly string[], cwd: string, timeoutMs: number): Promise<string> {
  try {
    await run(PYTHON, args, { cwd, timeout: timeoutMs, maxBuffer: OUTPUT_LIMIT_BYTES })
    return ''
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string }
    return `${stdout ?? ''}${stderr ?? ''}` || String(error)
  }
}

function readCounts(report: Answer): { readonly requestCount: number; readonly operationCount: number } {
  return { requestCount: report.test_cases.generated, operationCount: report.operations.tested }
}

/** TOML: the headers of the client, and the ids that exist. JSON's strings and lists are TOML's as well. */
function formatConfig({ token, credentials }: ApiClient, pathValues: readonly PathValues[]): string {
  const headers = {
    Authorization: `Bearer ${token}`,
    'x-api-key': credentials.client_id,
    'x-gw-ims-org-id': credentials.ims_org,
  }
  return [
    '[headers]',
    ...Object.entries(headers).map(([name, value]) => `${name} = ${JSON.stringify(value)}`),
    // Methods that a path has not are the business of other tests; half of the corner cases would be of them.
    '[phases.coverage]',
    'unexpected-methods = []',
    '[dictionaries]',
    ...pathValues.map(({ values }, index) => `known${index} = { values = ${JSON.stringify(values)} }`),
    ...pathValues.map(({ path, methods }, index) => formatOperation(path, methods, `known${index}`)),
  ].join('\n')
}

/** Each path has one parameter that stands for a resource, `id` but for sandboxes. */
function formatOperation(path: string, methods: readonly string[], dictionary: string): string {
  const pattern = `^${path.replace(/[{}]/g, '\\$&')}/\\{(id|name)\\}`
  const binding = `{ dictionary = "${dictionary}", probability = ${KNOWN_SHARE} }`
  return [
    '[[operations]]',
    `include-path-regex = ${JSON.stringify(pattern)}`,
    `include-method = ${JSON.stringify(methods)}`,
    `parameters = { "path.${path.endsWith('/sandboxes') ? 'name' : 'id'}" = ${binding} }`,
  ].join('\n')
}
