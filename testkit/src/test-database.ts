import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

/** A database of its own for one test or one file, on the server that the global set-up started. */
export interface TestDatabase extends AsyncDisposable {
  url: string
  host: string
  port: number
  user: string
  password: string
  database: string
  /** Runs one statement on a connection that is kept open for it. */
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    sql: string,
    params?: unknown[],
  ): Promise<pg.QueryResult<Row>>
  /** Ends every connection to the database and removes it. Idempotent. */
  drop(): Promise<void>
}

export interface TestDatabaseOptions {
  /** A database to clone, as `withTemplate` returns it; default an empty one. */
  template?: string | undefined
  /** Of an empty database; UTF-8 unless told otherwise. */
  encoding?: string | undefined
  /** The server; default the one that the global set-up provides. */
  postgresUrl?: string | undefined
}

/** Makes a fresh database in some milliseconds, empty or as a clone of a template. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = new URL(options.postgresUrl ?? inject('postgresUrl'))
  const database = `test_${process.pid}_${randomBytes(6).toString('hex')}`
  await asAdmin(server, (admin) => createDatabase(admin, database, options))
  const url = withDatabase(server, database)
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  let dropping: Promise<void> | undefined
  const drop = (): Promise<void> => (dropping ??= dropDatabase(server, client, database))
  return {
    url,
    host: server.hostname,
    port: Number(server.port),
    user: decodeURIComponent(server.username),
    password: decodeURIComponent(server.password),
    database,
    query: (sql, params) => client.query(sql, params),
    drop,
    [Symbol.asyncDispose]: drop,
  }
}

/**
 * Builds the template database `name` once per server, however many test processes ask at the same time, and
 * returns the name to hand to `createTestDatabase`. When `build` throws, the template is removed again.
 */
export async function withTemplate(
  name: string,
  build: (client: pg.Client) => Promise<void>,
  postgresUrl: string = inject('postgresUrl'),
): Promise<string> {
  const server = new URL(postgresUrl)
  const template = `template_${name}`
  // PostgreSQL would cut it off, and two long names could become one.
  if (Buffer.byteLength(template) > 63) throw new RangeError(`The template name ${name} is too long.`)
  await asAdmin(server, async (admin) => {
    await admin.query('select pg_advisory_lock(hashtextextended($1, 0))', [template])
    const { rowCount } = await admin.query('select from pg_database where datname = $1 and datistemplate', [
      template,
    ])
    if (rowCount === 0) await buildTemplate(server, admin, template, build)
  })
  return template
}

async function buildTemplate(
  server: URL,
  admin: pg.Client,
  template: string,
  build: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const name = admin.escapeIdentifier(template)
  // What a killed builder left behind is not marked as a template yet.
  await admin.query(`drop database if exists ${name} with (force)`)
  await createDatabase(admin, template, {})
  const client = new pg.Client({ connectionString: withDatabase(server, template) })
  await client.connect()
  try {
    await build(client)
  } finally {
    await client.end()
  }
  await admin.query(`alter database ${name} with is_template true`)
}

async function createDatabase(
  admin: pg.Client,
  database: string,
  { template = 'template0', encoding }: TestDatabaseOptions,
): Promise<void> {
  const [name, source] = [admin.escapeIdentifier(database), admin.escapeIdentifier(template)]
  const encoded = encoding === undefined ? '' : await encodedSql(admin, encoding)
  await admin.query(`create database ${name} template ${source}${encoded}`)
}

/** Only the locale C of the system goes with every encoding; a server may have another provider of locales since 15. */
async function encodedSql(admin: pg.Client, encoding: string): Promise<string> {
  const { rows } = await admin.query<{ hasProviders: boolean }>(
    `select current_setting('server_version_num')::int >= 150000 as "hasProviders"`,
  )
  const provider = rows[0]?.hasProviders === true ? ' locale_provider libc' : ''
  return ` encoding '${encoding}' lc_collate 'C' lc_ctype 'C'${provider}`
}

async function dropDatabase(server: URL, client: pg.Client, database: string): Promise<void> {
  await client.end()
  await asAdmin(server, (admin) =>
    admin.query(`drop database if exists ${admin.escapeIdentifier(database)} with (force)`),
  )
}

async function asAdmin<T>(server: URL, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: withDatabase(server, 'postgres') })
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.end()
  }
}

function withDatabase(server: URL, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}
