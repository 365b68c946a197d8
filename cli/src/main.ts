import { ConfigError } from '@headwater/server/config/config-error.ts'
import { Command } from 'commander'
import { credentialsCommand } from './credentials.ts'

/** `headwater`: the command line. */
const program = new Command('headwater')
  .description('Commands for a Headwater data folder')
  .addCommand(credentialsCommand())
  .showHelpAfterError()

try {
  await program.parseAsync()
} catch (error) {
  // What the user can mend is told in a sentence; a fault of ours keeps its stack.
  const isOwn = error instanceof ConfigError || (error instanceof Error && 'isExplained' in error)
  process.stderr.write(`${isOwn ? (error as Error).message : ((error as Error).stack ?? error)}\n`)
  process.exitCode = 1
}
