import { CRM_FLOW_SPEC, POSTGRES_SPEC } from '@headwater/testkit/journey.ts'
import type { Made, World } from './world.ts'

/** A collection of the service, with a way to make a member of it that nothing else uses. */
export interface Kind {
  readonly collection: string
  readonly make: (world: World) => Promise<Made>
}

/** What can be made, changed and deleted. */
export const CHANGEABLE: readonly Kind[] = [
  { collection: 'connections', make: (world) => world.makeConnection() },
  { collection: 'sourceConnections', make: (world) => world.makeSource() },
  { collection: 'targetConnections', make: (world) => world.makeTarget() },
  { collection: 'flows', make: (world) => world.makeFlow() },
]

/** Everything that clients make. The run is one that waits, so that it stays as it was made. */
export const MADE: readonly Kind[] = [
  ...CHANGEABLE,
  { collection: 'runs', make: (world) => world.makeWaitingRun() },
]

/** The kinds of things that come with the server, with the id of one of them. */
export const SPECS = [
  { collection: 'connectionSpecs', id: POSTGRES_SPEC.id },
  { collection: 'flowSpecs', id: CRM_FLOW_SPEC.id },
]

/** All seven collections. */
export const COLLECTIONS: readonly string[] = [...MADE, ...SPECS].map(({ collection }) => collection)

/** An id of the right form that nothing has. */
export const NOBODY = '00000000-0000-4000-8000-000000000000'
