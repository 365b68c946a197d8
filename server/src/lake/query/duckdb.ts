import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { escapePattern, quoteText } from './sql-text.ts'

export interface DuckDbOptions {
  /** As DuckDB writes it, `512MB`; for each instance. */
  readonly memoryLimit?: string | undefined
  readonly threadCount?: number | undefined
  /** Where large sorts may spill to; without it they fail at the memory limit. */
  readonly temporaryFolder?: string | undefined
}

/** DuckDB in memory: without extensions to fetch, without a database file, in UTC. */
export interface DuckDb extends AsyncDisposable {
  /** Runs trusted statements on a connection of their own to an instance that is made at the first use. */
  withConnection<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T>
  /**
   * Runs anyone's statements on an instance of their own (some 10 ms to make) that reads the files of `paths`, and
   * else no file, no network, and changes no setting.
   */
  withLockedConnection<T>(
    paths: readonly string[],
    use: (connection: DuckDBConnection) => Promise<T>,
  ): Promise<T>
}

/** Makes nothing yet; instances come with the first use and go with the disposal. */
export function createDuckDb(options: DuckDbOptions = {}): DuckDb {
  return new LazyDuckDb(options)
}

class LazyDuckDb implements DuckDb {
  readonly #options: DuckDbOptions
  #shared: Promise<DuckDBInstance> | undefined

  constructor(options: DuckDbOptions) {
    this.#options = options
  }

  async withConnection<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    this.#shared ??= createInstance(this.#options)
    return withConnectionTo(await this.#shared, use)
  }

  async withLockedConnection<T>(
    paths: readonly string[],
    use: (connection: DuckDBConnection) => Promise<T>,
  ): Promise<T> {
    const instance = await createInstance(this.#options)
    try {
      return await withConnectionTo(instance, async (connection) => {
        await lock(connection, paths)
        return use(connection)
      })
    } finally {
      instance.closeSync()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const shared = await this.#shared
    this.#shared = undefined
    shared?.closeSync()
  }
}

async function createInstance(options: DuckDbOptions): Promise<DuckDBInstance> {
  return DuckDBInstance.create(':memory:', {
    memory_limit: options.memoryLimit ?? '512MB',
    threads: String(options.threadCount ?? 2),
    temp_directory: options.temporaryFolder ?? '',
    // Files are read once; nothing is gained by keeping them.
    enable_external_file_cache: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
}

async function withConnectionTo<T>(
  instance: DuckDBInstance,
  use: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const connection = await instance.connect()
  try {
    await connection.run("set TimeZone = 'UTC'")
    return await use(connection)
  } finally {
    connection.closeSync()
  }
}

async function lock(connection: DuckDBConnection, paths: readonly string[]): Promise<void> {
  const allowed = new Set(paths.flatMap((path) => [path, escapePattern(path)]))
  await connection.run(`set allowed_paths = [${[...allowed].map(quoteText).join(', ')}]`)
  await connection.run('set enable_external_access = false')
  await connection.run('set lock_configuration = true')
}
