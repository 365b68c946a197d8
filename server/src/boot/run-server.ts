import { createLog } from '#log/log.ts'
import type { CreatedClient } from '#services/ims/client-store.ts'
import { type AppContext, openAppContext } from './app-context.ts'
import { describeLake } from './open-lake.ts'
import type { Settings } from './read-settings.ts'
import { removeServerFile, writeServerFile } from './server-file.ts'

export interface Surroundings {
  /** Resolves when the server is to end. */
  readonly stopped: Promise<unknown>
  /** Tells whoever started it. */
  readonly say: (line: string) => void
  /** Somebody reads what is said, and nothing keeps it. */
  readonly isTerminal: boolean
}

/** Runs the server until it is told to stop; then it drains and the process ends by running out of work. */
export async function runServer(settings: Settings, surroundings: Surroundings): Promise<void> {
  const { config, secrets } = settings
  const log = createLog({ level: config.logLevel })
  await using context = await openAppContext({ config, secrets, log })
  if (context.url !== undefined && config.role !== 'worker') writeServerFile(config.dataDir, context.url)
  await announce(settings, context, surroundings)
  await surroundings.stopped
  log.info({}, 'stopping: no new work is taken; runs in flight go on at the next start')
  removeServerFile(config.dataDir)
}

async function announce(
  { config }: Settings,
  context: AppContext,
  { say, isTerminal }: Surroundings,
): Promise<void> {
  const { url, storeDescription } = context
  say(`data      ${describeLake(config.lake)} (tables), ${storeDescription} (metadata)`)
  if (config.role === 'worker') return say(`ready ${url ?? 'to work'}`)
  // To a terminal, once. The log never sees it.
  if (isTerminal) await context.introduceFirstClient((client) => sayClient(client, say))
  say(`token     npm run --silent headwater -- credentials create --data-dir ${config.dataDir}`)
  say(`console   ${url}/`)
  say(`API docs  ${url}/docs`)
  say(`ready ${url}`)
}

function sayClient({ clientId, clientSecret }: CreatedClient, say: Surroundings['say']): void {
  say(`client id      ${clientId}`)
  say(`client secret  ${clientSecret} (shown this once and kept nowhere)`)
}
