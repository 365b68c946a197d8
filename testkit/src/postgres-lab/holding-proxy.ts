import { connect, type Socket } from 'node:net'
import { afterRefusingTls, type Upstream } from './proxies.ts'
import { serve, type WireServer } from './wire-servers.ts'

/** Where a copy stands still: before the server hears of it, or with all its rows on their way. */
export type HoldPlace = 'before' | 'within'

/** A copy that stands still until it is released. */
export interface Hold {
  /** Resolves when it has come to the place. */
  readonly reached: Promise<void>
  /** Lets it, and all that come after it, go on. Idempotent. */
  release(): void
}

/** Passes sessions in plaintext on, and holds the copies that somebody wants to stand still. */
export interface HoldingProxy extends WireServer {
  /** Holds copies whose statement has this text. */
  hold(text: string, place: HoldPlace): Hold
}

interface Wanted extends Hold {
  readonly text: string
  readonly place: HoldPlace
  readonly reach: () => void
  readonly released: Promise<void>
}

/** A proxy before a server. It refuses TLS, which it could not look into. */
export async function holdingProxy(upstream: Upstream): Promise<HoldingProxy> {
  const holds = new Set<Wanted>()
  const server = await serve((client) => {
    afterRefusingTls(client, (bytes) => {
      const source = connect(upstream.port, upstream.host)
      source.write(bytes)
      join(client, source, (message) => [...holds].find((hold) => isHeld(message, hold)))
    })
  })
  return {
    ...server,
    hold(text, place) {
      const hold = makeHold(text, place, () => holds.delete(hold))
      holds.add(hold)
      return hold
    },
  }
}

function isHeld(message: Buffer, { text }: Wanted): boolean {
  return message.includes('copy (') && message.includes(text)
}

function makeHold(text: string, place: HoldPlace, forget: () => void): Wanted {
  const reached = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  return {
    text,
    place,
    reached: reached.promise,
    reach: reached.resolve,
    released: released.promise,
    release() {
      forget()
      released.resolve()
    },
  }
}

/** Carries bytes both ways, in order: what comes while something is held waits behind it. */
function join(client: Socket, source: Socket, find: (message: Buffer) => Wanted | undefined): void {
  let toServer = Promise.resolve()
  let toClient = Promise.resolve()
  /** Told of the first answer to a copy that is held. */
  let answered: (() => void) | undefined
  client.on('data', (bytes: Buffer) => {
    toServer = toServer.then(async () => {
      const hold = find(bytes)
      if (hold?.place === 'before') {
        hold.reach()
        await hold.released
      }
      if (hold?.place === 'within') {
        answered = hold.reach
        toClient = toClient.then(() => hold.released)
      }
      source.write(bytes)
    })
  })
  source.on('data', (bytes: Buffer) => {
    answered?.()
    toClient = toClient.then(() => void client.write(bytes))
  })
  client.on('error', () => source.destroy())
  source.on('error', () => client.destroy())
  client.on('close', () => source.destroy())
  source.on('close', () => void toClient.then(() => client.destroySoon()))
}
