import { describeNpmBinaries } from '@headwater/server/store/bundled/binaries.ts'
import { startCluster } from '@headwater/testkit/postgres-lab/cluster.ts'
import {
  createTestDatabase,
  type TestDatabase,
  type TestDatabaseOptions,
} from '@headwater/testkit/test-database.ts'

/** Where the tables of a torture are: the server of all tests, or one of the version that `npm run torture` names. */
export interface SourceLab extends AsyncDisposable {
  createDatabase(options?: Pick<TestDatabaseOptions, 'encoding'>): Promise<TestDatabase>
}

/** `TORTURE_POSTGRES` is the folder of the programs of another version; the metadata stay where they always are. */
const BIN_DIR = process.env['TORTURE_POSTGRES']

const SETTINGS = { shared_buffers: '128MB', max_connections: '100' }

export async function openSourceLab(): Promise<SourceLab> {
  if (BIN_DIR === undefined)
    return { createDatabase: createTestDatabase, [Symbol.asyncDispose]: () => Promise.resolve() }
  const binaries = describeNpmBinaries(BIN_DIR)
  if (binaries === undefined) throw new Error(`TORTURE_POSTGRES is ${BIN_DIR}, which holds no server of npm.`)
  const cluster = await startCluster({ binaries, startSettings: SETTINGS })
  const { user, password, host, port } = cluster
  const postgresUrl = `postgres://${user}:${password}@${host}:${port}/postgres`
  return {
    createDatabase: (options) => createTestDatabase({ ...options, postgresUrl }),
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  }
}
