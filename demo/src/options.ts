import { parseArgs } from 'node:util'

export interface DemoOptions {
  /** Leave server and source running until Ctrl-C. */
  readonly keep: boolean
  /** A database of the user's own, `postgres://…`; absent means the bundled one with public data. */
  readonly source: string | undefined
  /** The relation to ingest from the user's own database; absent means its largest. */
  readonly table: string | undefined
  readonly dataDir: string
  readonly help: boolean
  readonly port: number
}

export const USAGE = `npm run demo -- [--keep] [--source postgres://user:password@host:port/database] [--table schema.table]
               [--data-dir DIR] [--port N]`

/** Reads the command line. @throws Error with a sentence and the usage. */
export function parseOptions(argv: readonly string[], env: NodeJS.ProcessEnv): DemoOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      keep: { type: 'boolean', default: false },
      source: { type: 'string' },
      table: { type: 'string' },
      'data-dir': { type: 'string', default: env['HEADWATER_DATA_DIR'] ?? '.headwater' },
      port: { type: 'string', default: env['HEADWATER_PORT'] ?? '8787' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`--port ${values.port} is not a port. Usage: ${USAGE}`)
  }
  if (values.source !== undefined && !/^postgres(ql)?:\/\//.test(values.source)) {
    throw new Error(`--source must start with postgres://. Usage: ${USAGE}`)
  }
  if (values.table !== undefined && values.source === undefined) {
    throw new Error(`--table names a table of your own database, so it needs --source. Usage: ${USAGE}`)
  }
  const { keep, help, source, table } = values
  return { keep, help, source, table, dataDir: values['data-dir'], port }
}
