import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApiClient } from '@headwater/testkit/api-client.ts'
import { interruptCommand, runCommand, startServerProcess } from '@headwater/testkit/server-process.ts'
import { hasTerminal, type ServerInTerminal, startInTerminal } from '@headwater/testkit/terminal.ts'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

/** The program in a terminal: the client of the first start, and a window that is closed. */
let dataDir: string
let terminal: ServerInTerminal | undefined

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'headwater-terminal-'))
})

afterAll(async () => {
  if (terminal !== undefined) await closeWindow()
  await rm(dataDir, { recursive: true, force: true })
})

/** The server stops in order, its PostgreSQL with it. */
async function closeWindow(): Promise<void> {
  await terminal?.close()
  terminal = undefined
  const left = ['server.json', 'postgres/cluster/postmaster.pid', 'postgres/lock']
  const isLeft = () => left.filter((name) => existsSync(join(dataDir, name)))
  await vi.waitUntil(() => isLeft().length === 0, { timeout: 20_000, interval: 20 })
}

async function list(...command: readonly string[]) {
  return JSON.parse((await runCommand([...command, 'list', '--json', '--data-dir', dataDir])).stdout)
}

test.runIf(hasTerminal)(
  'a first start that comes to nothing leaves no client that nobody knows',
  async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { lines } = await startInTerminal(dataDir, (other.address() as AddressInfo).port)
    other.close()
    expect(lines.join('\n')).toContain('Choose another port')
    expect(await list('credentials')).toEqual([])
  },
)

test.runIf(hasTerminal)('the first start that is ready shows a client and its secret', async () => {
  terminal = await startInTerminal(dataDir)
  const shown = terminal.lines.join('\n')
  const find = (pattern: RegExp) => pattern.exec(shown)?.[1] ?? ''
  const url = find(/ready (http\S+)/)
  const [{ orgId }] = await list('organisations')
  const client = new ApiClient({
    base_url: url,
    token_url: `${url}/ims/token/v3`,
    ims_org: orgId,
    client_id: find(/client id +(\w{32})/),
    client_secret: find(/client secret +(p8e-\S+) \(shown this once/),
    scopes: 'openid',
    sandbox_name: 'prod',
  })
  await client.authenticate()
  expect((await client.get('/data/foundation/flowservice/connections')).status).toBe(200)
  expect((await list('credentials')).map(({ name }: { name: string }) => name)).toEqual(['first client'])
})

test.runIf(hasTerminal)(
  'a terminal that is closed ends server and PostgreSQL in order; no other start shows a secret',
  async () => {
    await closeWindow()
    terminal = await startInTerminal(dataDir)
    expect(terminal.lines.at(-1)).toMatch(/^ready http/)
    expect(terminal.lines.join('\n')).not.toContain('secret')
  },
)

test('a command that is interrupted leaves no PostgreSQL that it has started', async () => {
  if (terminal === undefined) await (await startServerProcess(dataDir)).end('SIGTERM')
  else await closeWindow()
  const pidFile = join(dataDir, 'postgres', 'cluster', 'postmaster.pid')
  const isTime = () => existsSync(pidFile)
  const command = ['credentials', 'list', '--data-dir', dataDir]
  const code = await interruptCommand(command, { signal: 'SIGHUP', isTime })
  // It may have been faster than the signal.
  expect([0, 129]).toContain(code)
  await vi.waitUntil(() => !existsSync(pidFile), { timeout: 20_000, interval: 20 })
})
