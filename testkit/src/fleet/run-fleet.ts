import type { FleetReport } from './fleet-report.ts'
import { FleetWorld } from './fleet-world.ts'
import { type KillsPlayed, playKills } from './play-kills.ts'

export interface FleetOptions {
  readonly seed: number
  readonly kills: number
  readonly say: (line: string) => void
}

const ROWS = 12_000
/** Kills after which flows and datasets are made anew, so that tables stay small. */
const KILLS_PER_ERA = 25
const PACE_MS = 3_500
/** Ten seconds without a beat, and then until the queue's supervision and a free worker have seen it. */
const TAKEOVER_BAR_MS = 15_000

/** Kills servers and workers while flows run; stops after the era in which something was wrong. */
export async function runFleet({ seed, kills, say }: FleetOptions): Promise<FleetReport> {
  const startedMs = performance.now()
  await using world = await FleetWorld.open(seed)
  say(world.store)
  const eras: KillsPlayed[] = []
  const played = (): number => eras.reduce((sum, era) => sum + era.kills.length, 0)
  while (played() < kills && eras.every(({ violations }) => violations.length === 0))
    eras.push(
      await playEra(world, { era: eras.length, kills: Math.min(KILLS_PER_ERA, kills - played()), say }),
    )
  const last = eras.at(-1)
  return {
    seed,
    store: world.store,
    kills: eras.flatMap((era) => era.kills),
    // The audit goes on from era to era.
    runs: last?.runs ?? 0,
    steps: last?.steps ?? 0,
    slices: last?.slices ?? 0,
    commits: last?.commits ?? 0,
    violations: eras.flatMap(({ violations }) => violations),
    tookMs: Math.round(performance.now() - startedMs),
  }
}

async function playEra(
  world: FleetWorld,
  { era, kills, say }: { readonly era: number; readonly kills: number; readonly say: (line: string) => void },
): Promise<KillsPlayed> {
  const flows = await Promise.all([
    world.addFlow(`full_${era}`, 'full', ROWS),
    world.addFlow(`other_full_${era}`, 'full', ROWS),
    world.addFlow(`incremental_${era}`, 'incremental', ROWS),
  ])
  return playKills(world, {
    flows,
    rowCount: ROWS,
    kills,
    paceMs: PACE_MS,
    isOneAtATime: true,
    takeoverBarMs: TAKEOVER_BAR_MS,
    say,
  })
}
