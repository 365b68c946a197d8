import { setTimeout as sleep } from 'node:timers/promises'
import { Seeded } from '../seeded.ts'
import type { ChaosFlow } from './chaos-flow.ts'
import type { ChaosReport, FaultRecord } from './chaos-report.ts'
import { insertRowsSql } from './chaos-table.ts'
import { ChaosWorld } from './chaos-world.ts'
import { FAULTS, type FaultScene } from './faults.ts'
import { judgeFlow } from './judge-flows.ts'
import { PLACES, type Place } from './places.ts'

export interface ChaosOptions {
  readonly seed: number
  readonly faults: number
  /** Faults that strike while the runs of one round are under way. */
  readonly perRound: number
  /** Only these kinds; all when empty. */
  readonly only: readonly string[]
  /** Rounds after which flows and datasets are made anew, so that tables stay small. */
  readonly roundsPerEra: number
  readonly say: (line: string) => void
  /** Ends it after the round that is under way. */
  readonly signal?: AbortSignal | undefined
}

const FULL_ROWS = 12_000
const NEW_ROWS = 500
const FLOWS = ['full', 'full', 'incremental', 'incremental'] as const
/** Until runs come to a place, and at most between the start of a round and a fault anywhere. */
const PLACE_PATIENCE_MS = 4_000
const ANYWHERE_MS = 2_000
/** No run may need longer after the last fault was mended. */
const ROUND_PATIENCE_MS = 120_000

/** Breaks things at random while flows run, and looks after each round whether every row landed once. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const startedMs = performance.now()
  await using world = await ChaosWorld.open()
  const harness = new Harness(world, options)
  await harness.run()
  return { ...harness.report(), tookMs: Math.round(performance.now() - startedMs) }
}

type PlannedFault = { readonly kind: string; readonly place: Place; readonly delayMs: number }
type StruckFault = Omit<FaultRecord, 'round' | 'verdict' | 'recoveredAfterMs'> & { readonly struckMs: number }

class Harness {
  readonly #world: ChaosWorld
  readonly #options: ChaosOptions
  readonly #random: Seeded
  readonly #kinds: readonly string[]
  readonly #records: FaultRecord[] = []
  readonly #violations: string[] = []
  readonly #excused = new Map<string, readonly string[]>()
  #flows: readonly ChaosFlow[] = []
  #round = 0
  #runs = 0
  #tables = 0
  #rows = 0
  #orphansRemoved = 0

  constructor(world: ChaosWorld, options: ChaosOptions) {
    this.#world = world
    this.#options = options
    this.#random = new Seeded(options.seed)
    const known = Object.keys(FAULTS).filter((kind) => !world.skipped.includes(kind))
    this.#kinds = options.only.length === 0 ? known : known.filter((kind) => options.only.includes(kind))
  }

  report(): Omit<ChaosReport, 'tookMs'> {
    return {
      seed: this.#options.seed,
      faults: this.#records,
      rounds: this.#round,
      runs: this.#runs,
      skipped: this.#world.skipped,
      violations: this.#violations,
      orphansRemoved: this.#orphansRemoved,
    }
  }

  async run(): Promise<void> {
    const { faults, roundsPerEra, signal } = this.#options
    while (this.#records.length < faults && this.#violations.length === 0 && !signal?.aborted) {
      if (this.#round % roundsPerEra === 0) await this.#beginEra()
      await this.#playRound(faults - this.#records.length)
      if (this.#round % roundsPerEra === 0) await this.#endEra()
    }
    if (this.#round % roundsPerEra !== 0) await this.#endEra()
  }

  async #beginEra(): Promise<void> {
    const flows: ChaosFlow[] = []
    for (const mode of FLOWS) {
      const table = { name: `${mode}_${++this.#tables}`, mode }
      flows.push(await this.#world.addFlow(table, FULL_ROWS))
    }
    this.#rows = FULL_ROWS
    this.#flows = flows
    await this.#untilIdle()
  }

  async #endEra(): Promise<void> {
    this.#orphansRemoved += await this.#world.removeOrphans()
    this.#violations.push(...(await this.#world.findStrayFiles()))
  }

  async #playRound(left: number): Promise<void> {
    this.#round++
    await this.#addRows()
    const planned = Array.from({ length: Math.min(left, this.#options.perRound) }, () => this.#planFault())
    const struck = planned.map((fault) => this.#strike(fault))
    await Promise.all(this.#flows.map(({ flowId }) => this.#world.askForRun(flowId)))
    this.#runs += this.#flows.length
    const mended = await Promise.all(struck)
    const endedMs = await this.#untilIdle()
    const wrong = (
      await Promise.all(
        this.#flows.map((flow) => judgeFlow(this.#world, flow, this.#excused.get(flow.flowId))),
      )
    ).flat()
    for (const { struckMs, ...fault } of mended) {
      const verdict = wrong.length === 0 ? 'ok' : wrong.join(' ')
      const recoveredAfterMs = Math.max(0, Math.round(endedMs - struckMs))
      this.#records.push({ round: this.#round, ...fault, recoveredAfterMs, verdict })
    }
    this.#violations.push(...wrong.map((what) => `round ${this.#round}: ${what}`))
    this.#tell(mended, wrong)
  }

  async #addRows(): Promise<void> {
    for (const { table } of this.#flows) {
      if (table.mode === 'incremental')
        await this.#world.source.query(insertRowsSql(table, this.#rows + 1, NEW_ROWS))
    }
    this.#rows += NEW_ROWS
  }

  #planFault(): PlannedFault {
    const random = this.#random
    const kind = random.pick(this.#kinds)
    return { kind, place: random.pick(PLACES), delayMs: random.between(0, ANYWHERE_MS) }
  }

  async #strike({ kind, place, delayMs }: PlannedFault): Promise<StruckFault> {
    const { places } = this.#world
    const isAnywhere = place === 'anywhere'
    const isAtPlace = isAnywhere || (await places.reached(place, PLACE_PATIENCE_MS))
    if (isAnywhere) await sleep(delayMs)
    const struckMs = performance.now()
    const scene: FaultScene = {
      world: this.#world,
      flows: this.#flows,
      random: this.#random,
      excused: this.#excused,
    }
    await FAULTS[kind]?.(scene)
    return { kind, place, isAtPlace, mendedAfterMs: Math.round(performance.now() - struckMs), struckMs }
  }

  /** When no run is under way or waits; what was asked for must come to an end by itself. */
  async #untilIdle(): Promise<number> {
    const ids = this.#flows.map(({ flowId }) => flowId)
    for (const deadline = Date.now() + ROUND_PATIENCE_MS; Date.now() < deadline; await sleep(100)) {
      const { rows } = await this.#world.metadata.query<{ active: number }>(
        `select count(*) filter (where state in ('queued', 'inProgress', 'scheduled'))::int as active from flow_run
          where flow_id = any($1)`,
        [ids],
      )
      if (rows[0]?.active === 0) return performance.now()
    }
    throw new Error(
      `seed ${this.#options.seed}, round ${this.#round}: runs have not ended in ${ROUND_PATIENCE_MS / 1000} s`,
    )
  }

  #tell(faults: readonly StruckFault[], wrong: readonly string[]): void {
    const list = faults.map(({ kind, place }) => `${kind} at ${place}`).join(', ')
    const verdict = wrong.length === 0 ? 'ok' : wrong.join(' ')
    this.#options.say(`round ${this.#round} (${this.#records.length} faults): ${list}: ${verdict}`)
  }
}
