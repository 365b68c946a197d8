import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, lstatSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Binaries, listBinaries, npmHome } from './binaries.ts'
import { makeRunnable } from './private-copy.ts'
import { chooseRunAs, type RunAs } from './run-as.ts'

const version = `test.${process.pid}`
let root = ''
let carried: Binaries | undefined
let runAs: RunAs

beforeAll(async () => {
  carried = (await listBinaries(false)).find(({ origin }) => origin === 'npm')
  root = mkdtempSync(path.join(tmpdir(), 'hw-copy-'))
  runAs = chooseRunAs(path.join(root, 'none'))
})

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
  rmSync(path.join(tmpdir(), `headwater-postgres-${version}-${runAs.uid}`), { recursive: true, force: true })
})

/** What npm leaves with `--ignore-scripts`: every file, but not the links between the libraries. */
function installWithoutLinks(home: string): string {
  const target = path.join(root, 'node_modules', 'native')
  cpSync(home, target, { recursive: true, filter: (file) => !lstatSync(file).isSymbolicLink() })
  return target
}

test('binaries without their library links run from a copy, which is repaired when thinned out', ({
  skip,
}) => {
  if (carried === undefined) return skip('npm left out its optional binaries')
  const home = installWithoutLinks(npmHome(carried.binDir))
  const broken: Binaries = { ...carried, version, binDir: path.join(home, 'bin') }
  expect(spawnSync(path.join(broken.binDir, 'postgres'), ['--version']).status).not.toBe(0)

  const copy = makeRunnable(broken, runAs)
  expect(copy.binDir).not.toBe(broken.binDir)
  expect(spawnSync(path.join(copy.binDir, 'postgres'), ['--version'], { encoding: 'utf8' }).stdout).toContain(
    'PostgreSQL',
  )
  expect(lstatSync(npmHome(copy.binDir)).uid).toBe(process.getuid?.())
  expect(statSync(path.join(copy.binDir, 'postgres')).mode & 0o777).toBe(0o755)

  const before = statSync(copy.binDir).ino
  expect(makeRunnable(broken, runAs).binDir).toBe(copy.binDir)
  expect(statSync(copy.binDir).ino).toBe(before)

  const thinned = path.join(npmHome(copy.binDir), 'share', 'postgresql', 'postgres.bki')
  const whole = statSync(thinned).size
  truncateSync(thinned, 10)
  makeRunnable(broken, runAs)
  expect(statSync(thinned).size).toBe(whole)

  chmodSync(npmHome(copy.binDir), 0o777)
  makeRunnable(broken, runAs)
  expect(statSync(npmHome(copy.binDir)).mode & 0o777).toBe(0o755)
})

test('whole and reachable binaries are used where they are', ({ skip }) => {
  if (carried === undefined) return skip('npm left out its optional binaries')
  const own: RunAs = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, foreign: false }
  expect(makeRunnable(carried, own)).toBe(carried)
})
