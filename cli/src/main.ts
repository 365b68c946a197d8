import { constants } from 'node:os'
import { HeadwaterError } from '@headwater/client/error.ts'
import { isExplained } from '@headwater/server/boot/explained.ts'
import { STOP_SIGNALS } from '@headwater/server/kit/stop-signals.ts'
import { Command } from 'commander'
import { applyCommand } from './apply/apply.ts'
import { completionCommand } from './completion.ts'
import { connectionsCommand } from './connections.ts'
import { credentialsCommand } from './credentials.ts'
import { datasetsCommand } from './datasets.ts'
import { flowsCommand } from './flows.ts'
import { ingestCommand } from './ingest/ingest.ts'
import { lakeCommand } from './lake.ts'
import { openapiCommand } from './openapi.ts'
import { organisationsCommand } from './organisations.ts'
import { queryCommand } from './query.ts'
import { runsCommand } from './runs.ts'
import { sandboxesCommand } from './sandboxes.ts'
import { schemasCommand } from './schemas.ts'
import { serveCommand, workerCommand } from './serve.ts'
import { sourceCommands } from './sources.ts'

/** `headwater`: the command line. */
const program = new Command('headwater')
  .description('Commands for a Headwater server and its data folder')
  .addCommand(serveCommand())
  .addCommand(workerCommand())
  .addCommand(ingestCommand())
  .addCommand(applyCommand())
  .addCommand(credentialsCommand())
  .addCommand(organisationsCommand())
  .addCommand(connectionsCommand())
  .addCommand(flowsCommand())
  .addCommand(runsCommand())
  .addCommand(datasetsCommand())
  .addCommand(schemasCommand())
  .addCommand(sandboxesCommand())
  .addCommand(queryCommand())
  .addCommand(lakeCommand())
  .addCommand(openapiCommand())
  .addHelpText(
    'after',
    '\nExit codes: 0 for what worked; 1 for what did not, a run that failed or a source that cannot be read included.',
  )
  .showHelpAfterError()
for (const command of sourceCommands()) program.addCommand(command)
program.addCommand(completionCommand(program))

// To exit and not to be killed: a PostgreSQL server that was started for the command is told to end then.
for (const signal of STOP_SIGNALS) process.on(signal, () => process.exit(128 + constants.signals[signal]))

// Whoever reads the output may stop reading, as head does.
process.stdout.on('error', () => process.exit())

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = 1
}

/** What the user can mend is told in a sentence; a fault of ours keeps its stack. */
function explain(error: unknown): string {
  if (error instanceof HeadwaterError) return explainRefusal(error)
  return isExplained(error) ? error.message : String((error as Error).stack ?? error)
}

/** What went wrong inside of the server, its log tells more about. */
function explainRefusal({ code, message, status, requestId }: HeadwaterError): string {
  const more =
    status >= 500 && requestId !== undefined ? ` The log of the server has more: ${requestId}.` : ''
  return `${code}: ${message}${more}`
}
