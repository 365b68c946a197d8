import { createLog } from '#log/log.ts'
import { type AppContext, openAppContext } from './app-context.ts'
import { describeLake } from './open-lake.ts'
import type { Settings } from './read-settings.ts'
import { removeServerFile, writeServerFile } from './server-file.ts'

export interface Surroundings {
  /** Resolves when the server is to end. */
  readonly stopped: Promise<unknown>
  /** Tells whoever started it. */
  readonly say: (line: string) => void
}

/** Runs the server until it is told to stop; then it drains and the process ends by running out of work. */
export async function runServer(settings: Settings, { stopped, say }: Surroundings): Promise<void> {
  const { config, secrets } = settings
  const log = createLog({ level: config.logLevel })
  await using context = await openAppContext({ config, secrets, log })
  if (context.url !== undefined && config.role !== 'worker') writeServerFile(config.dataDir, context.url)
  for (const line of announcement(settings, context)) say(line)
  await stopped
  log.info({}, 'stopping: no new work is taken; runs in flight go on at the next start')
  removeServerFile(config.dataDir)
}

function announcement(settings: Settings, context: AppContext): string[] {
  const { lake, role } = settings.config
  const data = `data      ${describeLake(lake)} (tables), ${context.storeDescription} (metadata)`
  if (role === 'worker') return [data, `ready ${context.url ?? 'to work'}`]
  return [data, ...serverLines(settings, context), `ready ${context.url}`]
}

function serverLines({ config }: Settings, { url, firstClient }: AppContext): string[] {
  // To the terminal, once. The log never sees it.
  const ofFirstClient =
    firstClient === undefined
      ? []
      : [
          `client id      ${firstClient.clientId}`,
          `client secret  ${firstClient.clientSecret} (shown this once and kept nowhere)`,
        ]
  return [
    ...ofFirstClient,
    `token     npm run --silent headwater -- credentials create --data-dir ${config.dataDir}`,
    `console   ${url}/`,
    `API docs  ${url}/docs`,
  ]
}
