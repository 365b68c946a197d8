import type { HeadwaterClient } from '@headwater/client/client.ts'
import { HeadwaterError } from '@headwater/client/error.ts'
import type { Connection } from '@headwater/contract/flow-service/connections.ts'
import type { Flow } from '@headwater/contract/flow-service/flows.ts'
import { ToldError } from './told-error.ts'

/** An item of a list that people know by its name. */
interface Named {
  readonly id: string
  readonly name?: string | undefined
}

interface Shelf<Item extends Named> {
  readonly what: string
  get(id: string): Promise<Item>
  named(name: string): AsyncIterable<Item>
}

/** The base connection of this id or name. @throws ToldError when there is none, or more than one of the name */
export function findConnection(client: HeadwaterClient, idOrName: string): Promise<Connection> {
  return find(idOrName, {
    what: 'connection',
    get: (id) => client.connections.get(id),
    named: (name) => client.connections.all({ property: [`name==${name}`] }) as AsyncIterable<Connection>,
  })
}

/** The flow of this id or name. @throws ToldError when there is none, or more than one of the name */
export function findFlow(client: HeadwaterClient, idOrName: string): Promise<Flow> {
  return find(idOrName, {
    what: 'flow',
    get: (id) => client.flows.get(id),
    named: (name) => client.flows.all({ property: [`name==${name}`] }) as AsyncIterable<Flow>,
  })
}

async function find<Item extends Named>(idOrName: string, shelf: Shelf<Item>): Promise<Item> {
  const [found, ...more] = await Array.fromAsync(shelf.named(idOrName))
  if (found === undefined) return getById(idOrName, shelf)
  if (more.length === 0) return found
  const ids = [found, ...more].map(({ id }) => id).join(', ')
  throw new ToldError(
    `There are ${more.length + 1} ${shelf.what}s of the name ${idOrName}: name one by its id, ${ids}.`,
  )
}

async function getById<Item extends Named>(id: string, { what, get }: Shelf<Item>): Promise<Item> {
  try {
    return await get(id)
  } catch (error) {
    const isUnknown = error instanceof HeadwaterError && (error.status === 404 || error.status === 400)
    if (!isUnknown) throw error
    throw new ToldError(
      `There is no ${what} of the id or name ${id}: headwater ${what}s list shows those that there are.`,
    )
  }
}
