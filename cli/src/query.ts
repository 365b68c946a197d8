import { Command } from 'commander'
import { cellOf, formatJson, formatTable } from './print.ts'
import { openClient, type ServerOptions, withServerOptions } from './server-client.ts'
import { ToldError } from './told-error.ts'

const MAX_ROWS = 10_000

/** `headwater query` */
export function queryCommand(): Command {
  return withServerOptions(new Command('query'))
    .description('Run a SELECT statement over the datasets of the sandbox')
    .argument('<sql>', 'a dataset is a table under its id, its SQL name or its name')
    .option('--rows <number>', `how many rows at most, up to ${MAX_ROWS}`, '1000')
    .addHelpText('after', "\nExample:\n  headwater query 'select city, count(*) from orders group by city'")
    .action(async (sql: string, { rows, ...options }: ServerOptions & { readonly rows: string }) => {
      const maxRows = Number(rows)
      if (!Number.isInteger(maxRows) || maxRows < 1 || maxRows > MAX_ROWS) {
        throw new ToldError(`--rows takes a whole number from 1 to ${MAX_ROWS}, not ${rows}.`)
      }
      const client = await openClient(options, process.env)
      const found = await client.query({ sql, maxRows })
      if (options.json) return void process.stdout.write(formatJson(found))
      const titles = found.columns.map(({ name }) => name)
      process.stdout.write(
        formatTable(
          titles,
          found.rows.map((row) => row.map(cellOf)),
        ),
      )
      if (found.truncated)
        process.stderr.write(`There are more than these ${maxRows} rows: --rows says how many to print.\n`)
    })
}
