import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { IssuedCredentials } from '@headwater/server/boot/credentials.ts'
import { ApiClient } from '../api-client.ts'
import { runCommand, type ServerProcess, startServerProcess } from '../server-process.ts'

/** Servers and workers, each in a process and with a data folder of its own, over one database and one lake. */
export interface Fleet extends AsyncDisposable {
  readonly members: readonly Member[]
  /** Speaks with a server that is there, and not this one. */
  client(other?: Member): ApiClient
}

/** One process of a fleet; when it is killed another takes its place. */
export interface Member {
  readonly name: string
  readonly role: 'server' | 'worker'
  readonly process: ServerProcess | undefined
  /** Its name with the number of its start, by which the metadata database knows this process and none before it. */
  readonly incarnation: string
  kill(): Promise<void>
  start(): Promise<void>
}

export interface FleetOptions {
  readonly servers: number
  readonly workers: number
  /** `DATABASE_URL`, `HEADWATER_LAKE` and what goes with them. */
  readonly env: Readonly<Record<string, string>>
}

/** Starts all members at once, on a database that may be empty, and makes a client. */
export async function startFleet({ servers, workers, env }: FleetOptions): Promise<Fleet> {
  await using started = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'headwater-fleet-'))
  started.defer(() => rm(folder, { recursive: true, force: true }))
  const shared = {
    HEADWATER_MASTER_KEY: randomBytes(32).toString('base64'),
    // A balancer in front of the servers, in the real world.
    HEADWATER_PUBLIC_URL: 'http://headwater.example',
    ...env,
  }
  const members = [
    ...Array.from({ length: servers }, (_, n) => new Process('server', join(folder, `server-${n}`), shared)),
    ...Array.from({ length: workers }, (_, n) => new Process('worker', join(folder, `worker-${n}`), shared)),
  ]
  for (const member of members) started.defer(() => member.kill())
  await Promise.all(members.map((member) => member.start()))
  const serverThatIsThere = (other?: Member): string => {
    const server = members.find((it) => it.role === 'server' && it !== other && it.process !== undefined)
    if (server?.process === undefined) throw new Error('no server is there')
    return server.process.url
  }
  const client = await makeClient(join(folder, 'server-0'), shared)
  client.baseUrl = serverThatIsThere()
  await client.authenticate()
  const resources = started.move()
  return {
    members,
    client: (other) => client.at(serverThatIsThere(other)),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

class Process implements Member {
  readonly role: 'server' | 'worker'
  process: ServerProcess | undefined
  readonly #dataDir: string
  readonly #env: Readonly<Record<string, string>>
  #starts = 0

  constructor(role: 'server' | 'worker', dataDir: string, env: Readonly<Record<string, string>>) {
    this.role = role
    this.#dataDir = dataDir
    this.#env = { ...env, HEADWATER_ROLE: role }
  }

  get name(): string {
    return this.#dataDir.slice(this.#dataDir.lastIndexOf('/') + 1)
  }

  get incarnation(): string {
    return `${this.name}.${this.#starts}`
  }

  async start(): Promise<void> {
    this.#starts++
    const database = new URL(this.#env['DATABASE_URL'] ?? '')
    database.searchParams.set('application_name', this.incarnation)
    this.process = await startServerProcess(this.#dataDir, { ...this.#env, DATABASE_URL: database.href })
  }

  async kill(): Promise<void> {
    const killed = this.process
    this.process = undefined
    await killed?.end('SIGKILL')
  }
}

async function makeClient(dataDir: string, env: Readonly<Record<string, string>>): Promise<ApiClient> {
  const args = ['credentials', 'create', '--data-dir', dataDir, '--json']
  const { code, stdout, stderr } = await runCommand(args, env)
  if (code !== 0) throw new Error(stderr)
  return new ApiClient(JSON.parse(stdout) as IssuedCredentials)
}
