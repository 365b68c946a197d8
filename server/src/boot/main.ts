import { once } from 'node:events'
import { listVariables } from '#config/env.ts'
import { listFlags } from '#config/flags.ts'
import { createLog } from '#log/log.ts'
import { type AppContext, openAppContext } from './app-context.ts'
import { isExplained } from './explained.ts'
import { describeLake } from './open-lake.ts'
import { readSettings, type Settings } from './read-settings.ts'
import { removeServerFile, writeServerFile } from './server-file.ts'

/** Runs the server until it is told to stop; then it drains and the process ends by running out of work. */
async function main(): Promise<void> {
  // Whoever started us may stop reading; that is no reason to end.
  process.stdout.on('error', () => {})
  const settings = readSettings(process.argv.slice(2), process.env)
  if (settings.flags.help) return say(helpText())
  const { config, secrets } = settings
  const log = createLog({ level: config.logLevel })
  // A signal during the start must not be lost: it is waited for from here on.
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  await using context = await openAppContext({ config, secrets, log })
  writeServerFile(config.dataDir, context.url)
  announce(settings, context)
  await stopped
  log.info({}, 'stopping: no new work is taken; runs in flight go on at the next start')
  removeServerFile(config.dataDir)
}

function announce({ config }: Settings, { url, storeDescription, firstClient }: AppContext): void {
  say(`data      ${describeLake(config.lake)} (tables), ${storeDescription} (metadata)`)
  if (firstClient !== undefined) {
    // To the terminal, once. The log never sees it.
    say(`client id      ${firstClient.clientId}`)
    say(`client secret  ${firstClient.clientSecret} (shown this once and kept nowhere)`)
  }
  say(`token     npm run --silent headwater -- credentials create --data-dir ${config.dataDir}`)
  say(`console   ${url}/`)
  say(`API docs  ${url}/docs`)
  say(`ready ${url}`)
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
