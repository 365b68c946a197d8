import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BUCKET } from './s3-server.ts'

/** Where `scripts/build-versitygw.sh` puts the program. */
const BUILT = join(tmpdir(), `headwater-tools-${userInfo().uid}`, 'versitygw-1.8.0')

/** The program of an S3 server that we have not written, where it was built; `HEADWATER_TEST_VERSITYGW` names another. */
export function findVersitygw(): string | undefined {
  const named = process.env['HEADWATER_TEST_VERSITYGW']
  return named ?? (existsSync(BUILT) ? BUILT : undefined)
}

export interface Versitygw extends AsyncDisposable {
  readonly endpoint: string
  /** The last that it said. */
  readonly log: () => string
}

/** Starts it on a free port of 127.0.0.1, over a folder that goes with it, with one bucket and one account. */
export async function startVersitygw(
  program: string,
  account: { readonly id: string; readonly secret: string },
): Promise<Versitygw> {
  await using started = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'headwater-versitygw-'))
  started.defer(() => rm(folder, { recursive: true, force: true }))
  const [data, sidecar] = [join(folder, 'data'), join(folder, 'sidecar')]
  await mkdir(join(data, BUCKET), { recursive: true })
  await mkdir(sidecar)
  const address = `127.0.0.1:${await freePort()}`
  // Not every file system has the attributes in which it keeps ETags otherwise.
  const child = spawn(program, ['--port', address, '--quiet', 'posix', '--sidecar', sidecar, data], {
    env: { PATH: process.env['PATH'], ROOT_ACCESS_KEY: account.id, ROOT_SECRET_KEY: account.secret },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.defer(() => end(child))
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      said = (said + chunk).slice(-4_000)
    })
  await untilItAnswers(address, child, () => said)
  const resources = started.move()
  return {
    endpoint: `http://${address}`,
    log: () => said,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

const START_PATIENCE_MS = 15_000

async function untilItAnswers(address: string, child: ChildProcess, said: () => string): Promise<void> {
  for (const deadline = Date.now() + START_PATIENCE_MS; Date.now() < deadline; await sleep(50)) {
    if (child.exitCode !== null) break
    // Without a signature it refuses, which is an answer.
    if (await fetch(`http://${address}/`).catch(() => undefined)) return
  }
  throw new Error(`versitygw does not answer: ${said()}`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}
