import { existsSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cluster, startCluster } from './cluster.ts'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster({ settings: { log_connections: 'on' } })
})
afterAll(() => cluster[Symbol.asyncDispose]())

async function connect(host: string, password = cluster.password): Promise<string> {
  const { port, user, database } = cluster
  const client = new pg.Client({ host, port, user, database, password, ssl: false })
  try {
    await client.connect()
    return 'connected'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  } finally {
    await client.end()
  }
}

test('it listens on loopback only, asks for the password, and says in its log who came', async () => {
  expect(cluster.addresses).toContain('127.0.0.1')
  for (const address of cluster.addresses) {
    expect(['127.0.0.1', '::1']).toContain(address)
    expect(await connect(address)).toBe('connected')
    expect(await connect(address, 'wrong')).toBe('28P01')
  }
  expect(await cluster.readLog()).toContain('connection authorized: user=headwater')
})

test('rules are changed under way', async () => {
  await cluster.reload({ hba: 'host all all all reject', settings: { work_mem: '7MB' } })
  expect(await connect('127.0.0.1')).toBe('28000')
  expect((await cluster.query('show work_mem')).rows).toEqual([{ work_mem: '7MB' }])
  await cluster.reload({ hba: 'host all all all trust' })
  expect(await connect('127.0.0.1', 'whatever')).toBe('connected')
  expect((await cluster.query('show work_mem')).rows).toEqual([{ work_mem: '7MB' }])
  await cluster.reload({ hba: 'host all all all scram-sha-256' })
})

test('rules that the server refuses are not passed over in silence', async () => {
  await expect(cluster.reload({ hba: 'host all all all no-such-method' })).rejects.toThrow('was not reloaded')
  await cluster.reload({ hba: 'host all all all scram-sha-256' })
  await expect(cluster.reload({ settings: { fsync: 'on' } })).rejects.toThrow('Only a start can change fsync')
})

test.each(['fast', 'immediate', 'kill'] as const)(
  '%s: it comes back on its port with its data',
  async (mode) => {
    await cluster.query(`create table stopped_${mode} (n int)`)
    const { port } = cluster
    await cluster.stop(mode)
    expect(await connect('127.0.0.1')).toBe('ECONNREFUSED')
    await cluster.start()
    expect(cluster.port).toBe(port)
    expect(await connect('127.0.0.1')).toBe('connected')
    expect((await cluster.query(`select from stopped_${mode}`)).rowCount).toBe(0)
  },
)

test('files in the data folder make a standby', async () => {
  await using standby = await startCluster({ files: { 'standby.signal': '' } })
  expect((await standby.query('select pg_is_in_recovery() as is')).rows).toEqual([{ is: true }])
})

test('after disposal neither its process nor its data is left', async () => {
  const gone = await startCluster()
  const { pid, dataDir } = gone
  await gone[Symbol.asyncDispose]()
  expect(existsSync(path.dirname(dataDir))).toBe(false)
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})

test('the server that npm brings', async () => {
  await using carried = await startCluster({ origin: 'npm' })
  const { rows } = await carried.query<{ server_version: string }>('show server_version')
  expect(rows[0]?.server_version).toBe(carried.version)
})
