import { constants } from 'node:os'
import { HeadwaterError } from '@headwater/client/error.ts'
import { isExplained } from '@headwater/server/boot/explained.ts'
import { STOP_SIGNALS } from '@headwater/server/kit/stop-signals.ts'
import { createProgram } from './program.ts'

/** `headwater`: the command line. */
const program = createProgram()

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
