import { setTimeout as sleep } from 'node:timers/promises'
import type { StopMode } from '../postgres-lab/cluster.ts'
import type { Interference } from '../s3-server.ts'
import type { Seeded } from '../seeded.ts'
import { alone } from './alone.ts'
import type { ChaosFlow } from './chaos-flow.ts'
import type { ChaosWorld } from './chaos-world.ts'
import { fillDisk } from './full-disk.ts'
import { TABLE_FAULTS } from './table-faults.ts'

/** What a fault may use. */
export interface FaultScene {
  readonly world: ChaosWorld
  readonly flows: readonly ChaosFlow[]
  readonly random: Seeded
  /** Flows whose runs may fail with one of these codes. */
  readonly excused: Map<string, readonly string[]>
}

/** Breaks something, and resolves when it is whole again. What has to be decided by chance is decided at once. */
export type Fault = (scene: FaultScene) => Promise<void>

/** Longer than a worker may be silent before its steps are taken from it. */
const FROZEN_MS = [11_000, 14_000] as const
const AWAY_MS = [300, 3_000] as const
const TROUBLE_MS = [300, 2_500] as const

function endServer(signal: 'SIGTERM' | 'SIGKILL'): Fault {
  return async ({ world, random }) => {
    const server = random.pick(world.servers)
    const awayMs = random.between(...AWAY_MS)
    await alone(server, async () => {
      await server.end(signal)
      await sleep(awayMs)
      await server.start()
    })
  }
}

const freezeServer: Fault = async ({ world, random }) => {
  const server = random.pick(world.servers)
  const frozenMs = random.between(...FROZEN_MS)
  await alone(server, async () => {
    const thaw = server.freeze()
    await sleep(frozenMs)
    thaw()
  })
}

function restartDatabase(which: 'metadata' | 'source', mode: StopMode): Fault {
  return async ({ world, random }) => {
    const cluster = world[which]
    const awayMs = random.between(...AWAY_MS)
    await alone(cluster, async () => {
      await cluster.stop(mode)
      await sleep(awayMs)
      await cluster.start()
    })
  }
}

const cutNetwork: Fault = async ({ world }) => world.proxy.cut()

const silenceNetwork: Fault = async ({ world, random }) => {
  const silentMs = random.between(1_000, 6_000)
  await alone(world.proxy, async () => {
    world.proxy.silence(true)
    await sleep(silentMs)
    world.proxy.silence(false)
    // Nobody can tell a connection on which nothing comes from one on which nothing is said.
    world.proxy.cut()
  })
}

const loseConnections: Fault = async ({ world }) => world.proxy.lose()

const delayNetwork: Fault = async ({ world, random }) => {
  const delayMs = random.between(20, 300)
  await alone(world.proxy, async () => {
    world.proxy.delay(delayMs)
    await sleep(random.between(...TROUBLE_MS))
    world.proxy.delay(0)
  })
}

const truncateCopy: Fault = async ({ world, random }) => {
  world.proxy.truncateNext(random.between(0, 400_000))
}

/** The object store answers some requests of a while in that way. */
function storeTrouble(interference: Interference | 'slow'): Fault {
  return async ({ world, random }) => {
    const share = random.pick([0.3, 0.6, 1])
    const slowMs = random.between(200, 1_500)
    const troubleMs = random.between(...TROUBLE_MS)
    const meddle = async (): Promise<Interference> => {
      if (random.next() > share) return undefined
      if (interference !== 'slow') return interference
      await sleep(slowMs)
      return undefined
    }
    world.interferers.add(meddle)
    await sleep(troubleMs)
    world.interferers.delete(meddle)
  }
}

/** All that can be broken. */
export const FAULTS: Readonly<Record<string, Fault>> = Object.freeze({
  'server-kill': endServer('SIGKILL'),
  'server-stop': endServer('SIGTERM'),
  'server-freeze': freezeServer,
  'metadata-crash': restartDatabase('metadata', 'immediate'),
  'metadata-restart': restartDatabase('metadata', 'fast'),
  'source-crash': restartDatabase('source', 'immediate'),
  'source-restart': restartDatabase('source', 'fast'),
  'network-cut': cutNetwork,
  'network-silent': silenceNetwork,
  'network-lost': loseConnections,
  'network-slow': delayNetwork,
  'network-truncated': truncateCopy,
  'store-500': storeTrouble('InternalError'),
  'store-503': storeTrouble('SlowDown'),
  'store-412': storeTrouble('PreconditionFailed'),
  'store-slow': storeTrouble('slow'),
  'store-reset': storeTrouble('reset'),
  'store-unanswered': storeTrouble('drop'),
  'disk-full': fillDisk,
  ...TABLE_FAULTS,
})
