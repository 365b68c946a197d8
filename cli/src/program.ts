import { Command } from 'commander'
import { applyCommand } from './apply/apply.ts'
import { backupCommand, restoreCommand } from './backup.ts'
import { completionCommand } from './completion.ts'
import { connectionsCommand } from './connections.ts'
import { credentialsCommand } from './credentials.ts'
import { datasetsCommand } from './datasets.ts'
import { doctorCommand } from './doctor.ts'
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

const EXIT_CODES = `
Exit codes:
  0    it worked
  1    it did not: a request was refused, a run failed, a source cannot be read
  2    apply --plan: the server is not as the file says
  128  and the number of the signal that ended it`

/** `headwater`: every command, in the groups in which help shows them. */
export function createProgram(): Command {
  const program = new Command('headwater')
    .description(
      'PostgreSQL tables into an open data lake: the server, and everything that can be asked of it',
    )
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError()
  const groups: readonly (readonly [title: string, commands: readonly Command[]])[] = [
    ['Without a server:', [ingestCommand(), doctorCommand()]],
    [
      'The server:',
      [
        serveCommand(),
        workerCommand(),
        backupCommand(),
        restoreCommand(),
        credentialsCommand(),
        organisationsCommand(),
      ],
    ],
    ['Sources:', sourceCommands()],
    ['Pipelines:', [applyCommand(), connectionsCommand(), flowsCommand(), runsCommand()]],
    ['What landed:', [datasetsCommand(), schemasCommand(), queryCommand(), lakeCommand()]],
    ['More:', [sandboxesCommand(), openapiCommand(), completionCommand(program)]],
  ]
  for (const [title, commands] of groups) {
    for (const command of commands) program.addCommand(command.helpGroup(title))
  }
  return program
}
