import { Command } from 'commander'
import { formatJson } from '../print.ts'
import { openClient, type ServerOptions, withServerOptions } from '../server-client.ts'
import { ToldError } from '../told-error.ts'
import { PipelineSchema, readPipeline } from './pipeline-file.ts'
import { type Change, planPipeline } from './plan.ts'

interface ApplyOptions extends ServerOptions {
  readonly file: string
  readonly plan?: boolean | undefined
  readonly replace?: boolean | undefined
  readonly schema?: boolean | undefined
}

/** The server is not as the file says. */
const EXIT_DRIFT = 2

const HELP = `
What the file has and the server has not is made; what differs is changed; what the pipeline of this name had made
and the file has no longer is deleted, but for datasets, which stay with their rows. Nothing else is touched. A flow
that is to bring other rows or columns (±) is made anew with its dataset, and only with --replace.

With --plan nothing is changed, and the exit code is 2 when there is something to do: what would be done, and how far
the server has drifted from the file.

Examples:
  headwater apply -f pipeline.yaml --plan
  SHOP_PASSWORD=… headwater apply -f pipeline.yaml
  headwater apply --schema > pipeline.schema.json

A file:
  name: shop
  connections:
    Shop:
      server: db.example.com
      database: shop
      username: reader
      password: \${env:SHOP_PASSWORD}
      sslMode: verify-full
  flows:
    Orders:
      from: Shop
      table: public.orders
      watermark: updated_at
      every: 15 minutes`

/** `headwater apply` */
export function applyCommand(): Command {
  return withServerOptions(new Command('apply'))
    .description('Make connections and flows what a file says')
    .option('-f, --file <path>', 'the file', 'pipeline.yaml')
    .option('--plan', 'only say what would be done')
    .option('--replace', 'also make flows anew, with their datasets, that bring other rows from now on')
    .option('--schema', 'print the JSON Schema of the file, for editors')
    .addHelpText('after', HELP)
    .action(apply)
}

async function apply(options: ApplyOptions): Promise<void> {
  if (options.schema) return void process.stdout.write(formatJson(PipelineSchema))
  const pipeline = await readPipeline(options.file, process.env)
  const client = await openClient(options, process.env)
  const changes = await planPipeline(client, pipeline)
  if (options.plan && changes.length > 0) process.exitCode = EXIT_DRIFT
  if (!options.json) process.stdout.write(describe(changes, options.plan === true))
  if (!options.plan && !options.replace) assertNothingReplaced(changes)
  if (!options.plan) for (const change of changes) await change.apply()
  if (options.json) process.stdout.write(formatJson(changes.map(({ apply: _, ...told }) => told)))
}

function assertNothingReplaced(changes: readonly Change[]): void {
  const names = changes.filter(({ action }) => action === 'replace').map(({ name }) => name)
  if (names.length === 0) return
  throw new ToldError(
    `Nothing was done: ${names.join(', ')} would be made anew, and the rows of the dataset brought once more. ` +
      'Add --replace if that is what you want.',
  )
}

const SIGNS = { create: '+', update: '~', replace: '±', delete: '-' } as const

function describe(changes: readonly Change[], isPlan: boolean): string {
  if (changes.length === 0) return 'The server is as the file says.\n'
  const lines = changes.flatMap(({ action, kind, name, differences }) => [
    `${SIGNS[action]} ${kind} ${name}`,
    ...differences.map((difference) => `    ${difference}`),
  ])
  const sum = `${changes.length} ${changes.length === 1 ? 'change' : 'changes'}${isPlan ? ' to be made' : ''}`
  return `${[...lines, sum].join('\n')}\n`
}
