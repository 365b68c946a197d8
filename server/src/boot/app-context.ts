import { createQueryProcesses } from '#lake/query/query-processes.ts'
import type { CreatedClient } from '#services/ims/client-store.ts'
import { buildApp, buildHealthApp } from './build-app.ts'
import { introduceFirstClient } from './first-client.ts'
import { openRooms, type Rooms, type RoomsOptions } from './open-rooms.ts'
import { openWork } from './open-work.ts'

/** A whole process of the role that was asked for: built by hand here, and ended here in the opposite order. */
export interface AppContext extends AsyncDisposable {
  /** Where it answers; a worker may answer nowhere. */
  readonly url: string | undefined
  readonly storeDescription: string
  /** Makes a client and has it told, if there never was one. */
  readonly introduceFirstClient: (tell: (client: CreatedClient) => void) => Promise<void>
}

/** Builds all rooms, connects them and starts to answer and to work, as far as the role goes. */
export async function openAppContext(options: RoomsOptions): Promise<AppContext> {
  const { config } = options
  await using opened = new AsyncDisposableStack()
  const rooms = await openRooms(options, opened)
  const work = config.role === 'server' ? undefined : await openWork(rooms, opened)
  // The port first: a server that can't listen must not take work.
  const url = await listen(rooms, opened)
  work?.start(() => config.publicUrl ?? url ?? '')
  const { storeDescription, db, orgId, now } = rooms
  const resources = opened.move()
  return {
    url,
    storeDescription,
    introduceFirstClient: (tell) => introduceFirstClient(db, config, { orgId, now: now(), tell }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

async function listen(rooms: Rooms, opened: AsyncDisposableStack): Promise<string | undefined> {
  const { config } = rooms
  if (config.port === undefined) return undefined
  const app =
    config.role === 'worker'
      ? await buildHealthApp(rooms)
      : await buildApp({ ...rooms, queries: opened.use(createQueryProcesses()) })
  opened.defer(() => app.close())
  return await app.listen({ host: config.host, port: config.port })
}
