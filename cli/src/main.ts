import { HeadwaterError } from '@headwater/client/error.ts'
import { ConfigError } from '@headwater/server/config/config-error.ts'
import { Command } from 'commander'
import { connectionsCommand } from './connections.ts'
import { credentialsCommand } from './credentials.ts'
import { flowsCommand } from './flows.ts'
import { runsCommand } from './runs.ts'

/** `headwater`: the command line. */
const program = new Command('headwater')
  .description('Commands for a Headwater server and its data folder')
  .addCommand(credentialsCommand())
  .addCommand(connectionsCommand())
  .addCommand(flowsCommand())
  .addCommand(runsCommand())
  .addHelpText(
    'after',
    '\nExit codes: 0 for what worked; 1 for what did not, a run that failed or a source that cannot be read included.',
  )
  .showHelpAfterError()

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = 1
}

/** What the user can mend is told in a sentence; a fault of ours keeps its stack. */
function explain(error: unknown): string {
  if (error instanceof HeadwaterError) return `${error.code}: ${error.message}`
  const isOwn = error instanceof ConfigError || (error instanceof Error && 'isExplained' in error)
  return isOwn ? (error as Error).message : String((error as Error).stack ?? error)
}
