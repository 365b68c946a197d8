import type { HeadwaterClient } from '@headwater/client/client.ts'
import { POSTGRES_SPEC } from '@headwater/client/order-table.ts'
import { Command } from 'commander'
import { describeTest } from './describe-connection.ts'
import { findConnection } from './find-by-name.ts'
import { formatJson, formatRecords, formatTable } from './print.ts'
import { openClient, type ServerOptions, withServerOptions } from './server-client.ts'
import { authOfUrl, nameOfUrl } from './source-url.ts'
import { ToldError } from './told-error.ts'

/** The commands that look into a source: `connect`, `test`, `explore`, `preview`. */
export function sourceCommands(): Command[] {
  return [
    withServerOptions(connectCommand()),
    withServerOptions(testCommand()),
    withServerOptions(exploreCommand()),
    withServerOptions(previewCommand()),
  ]
}

function connectCommand(): Command {
  return new Command('connect')
    .description('Make a base connection to a PostgreSQL database, and test it')
    .argument('<url>', 'postgres://user@host:port/database?sslmode=…; the password may come from PGPASSWORD')
    .option('--name <text>', 'its name; host and database when absent')
    .addHelpText(
      'after',
      '\nExample:\n  PGPASSWORD=… headwater connect postgres://reader@db.example.com/shop --name Shop',
    )
    .action(async (url: string, options: ServerOptions & { readonly name?: string }) => {
      const client = await openClient(options, process.env)
      const { id } = await client.connections.create({
        name: options.name ?? nameOfUrl(url),
        auth: authOfUrl(url, process.env),
        connectionSpec: POSTGRES_SPEC,
      })
      const tested = await client.connections.test(id)
      process.stdout.write(options.json ? formatJson({ id, ...tested }) : `${id}\n${describeTest(tested)}`)
      if (!tested.result) process.exitCode = 1
    })
}

function testCommand(): Command {
  return new Command('test')
    .description('Try to open a session with the source of a connection; exit code 1 when that fails')
    .argument('<connection>', 'its id or name')
    .action(async (connection: string, options: ServerOptions) => {
      const client = await openClient(options, process.env)
      const tested = await client.connections.test((await findConnection(client, connection)).id)
      process.stdout.write(options.json ? formatJson(tested) : describeTest(tested))
      if (!tested.result) process.exitCode = 1
    })
}

interface ExploreOptions extends ServerOptions {
  readonly search?: string | undefined
  readonly schema?: string | undefined
}

function exploreCommand(): Command {
  return new Command('explore')
    .description('List the tables and views of a source, or the columns of one')
    .argument('<connection>', 'its id or name')
    .argument('[table]', 'as the list has it, e.g. public.orders')
    .option('--search <text>', 'only what has this text in its name')
    .option('--schema <name>', 'only what is in this schema')
    .addHelpText(
      'after',
      '\nExamples:\n  headwater explore Shop --search order\n  headwater explore Shop public.orders',
    )
    .action(async (connection: string, table: string | undefined, options: ExploreOptions) => {
      const client = await openClient(options, process.env)
      const { id } = await findConnection(client, connection)
      process.stdout.write(
        table === undefined
          ? await listRelations(client, id, options)
          : await listColumns(client, id, table, options),
      )
    })
}

async function listRelations(client: HeadwaterClient, id: string, options: ExploreOptions): Promise<string> {
  const { search, schema, json } = options
  const query = { ...(search === undefined ? {} : { search }), ...(schema === undefined ? {} : { schema }) }
  const relations = await Array.fromAsync(client.connections.relations(id, query))
  const rows = relations.map(({ path, meta }) => [path, meta.kind, meta.estimatedRows, meta.estimatedBytes])
  return json ? formatJson(relations) : formatTable(['PATH', 'KIND', 'ROWS ABOUT', 'BYTES ABOUT'], rows)
}

async function listColumns(
  client: HeadwaterClient,
  id: string,
  table: string,
  { json }: ServerOptions,
): Promise<string> {
  const explored = await client.connections.exploreTable(id, table)
  const rows = explored.schema.columns.map(({ name, meta }) => [
    name,
    meta.originalType,
    meta.nullable ? '' : 'not null',
    meta.primaryKeyPosition === undefined ? '' : `key ${meta.primaryKeyPosition}`,
    meta.comment,
  ])
  return json ? formatJson(explored) : formatTable(['COLUMN', 'TYPE', 'NULL', 'KEY', 'COMMENT'], rows)
}

interface PreviewOptions extends ServerOptions {
  readonly rows: string
  readonly where?: string | undefined
}

function previewCommand(): Command {
  return new Command('preview')
    .description('Show the first rows of a table of a source')
    .argument('<connection>', 'its id or name')
    .argument('<table>', 'as explore lists it')
    .option('--rows <number>', 'how many, 1 to 1000', '10')
    .option('--where <filter>', 'only rows that pass this filter, e.g. \'city like "Los%"\'')
    .action(async (connection: string, table: string, options: PreviewOptions) => {
      const client = await openClient(options, process.env)
      const { id } = await findConnection(client, connection)
      const explored = await client.connections.exploreTable(id, table, {
        preview: true,
        previewCount: readCount(options.rows),
        ...(options.where === undefined ? {} : { filters: encodeFilter(options.where) }),
      })
      process.stdout.write(
        options.json ? formatJson(explored.data ?? []) : formatRecords(explored.data ?? []),
      )
    })
}

function readCount(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= 1000) return count
  throw new ToldError(`--rows takes a whole number from 1 to 1000, not ${text}.`)
}

function encodeFilter(text: string): string {
  return Buffer.from(JSON.stringify({ type: 'PQL', format: 'pql/text', value: text })).toString('base64')
}
