import { listVariables } from '#config/env.ts'
import { listFlags } from '#config/flags.ts'
import { outliveReaders, untilStopped } from '#kit/stop-signals.ts'
import { cacheCode } from './code-cache.ts'
import { isExplained } from './explained.ts'
import { readSettings } from './read-settings.ts'

/** Reads what is wanted, and then the program itself, by way of the cache of its code. */
async function main(): Promise<void> {
  outliveReaders()
  const settings = readSettings(process.argv.slice(2), process.env)
  if (settings.flags.help) return say(helpText())
  // A signal during the start must not be lost: it is waited for from here on.
  const stopped = untilStopped()
  cacheCode(settings.config.dataDir)
  const { runServer } = await import('./run-server.ts')
  await runServer(settings, { stopped, say, isTerminal: process.stdout.isTTY })
}

function helpText(): string {
  const lines = (items: { readonly name: string; readonly help: string }[]): string =>
    items.map(({ name, help }) => `  ${name.padEnd(32)} ${help}`).join('\n')
  return `npm start -- [flags]\n\nFlags\n${lines(listFlags())}\n\nEnvironment\n${lines(listVariables())}`
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

try {
  await main()
} catch (error) {
  // What the operator can mend is told in sentences; a fault of ours keeps its stack.
  const text = isExplained(error) ? error.message + remedyFor(error) : String((error as Error).stack ?? error)
  process.stderr.write(`${text}\n`)
  process.exitCode = 1
}

function remedyFor(error: Error): string {
  const isPortTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
  return isPortTaken ? '. Choose another port with --port, or 0 for any free one.' : ''
}
