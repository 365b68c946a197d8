import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Action } from '../measure.ts'
import type { SourceServer } from './source-server.ts'

const run = promisify(execFile)
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024

/** One command of psql, from the start of its process to its last byte of output. */
export function psqlAction(server: SourceServer, database: string, command: string): Action | undefined {
  const { psql, host, port, user, password } = server
  if (psql === undefined) return undefined
  const args = ['-X', '-q', '-h', host, '-p', String(port), '-U', user, '-d', database, '-c', command]
  const env = { ...process.env, PGPASSWORD: password, PAGER: '', PSQL_PAGER: '' }
  return () => run(psql, args, { env, maxBuffer: MAX_OUTPUT_BYTES })
}
