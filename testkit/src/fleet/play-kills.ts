import { setTimeout as sleep } from 'node:timers/promises'
import { askForRun, type ChaosFlow } from '../chaos/chaos-flow.ts'
import { insertRowsSql } from '../chaos/chaos-table.ts'
import { type JudgedWorld, judgeFlow } from '../chaos/judge-flows.ts'
import type { Seeded } from '../seeded.ts'
import { findDoubles, readAudit, type Takeover, takeoversFrom } from './execution-audit.ts'
import type { Fleet, Member } from './fleet.ts'
import { type ClaimEars, KILL_PLACES, type KillPlace } from './kill-places.ts'

/** A fleet whose database is audited. */
export interface KillScene extends JudgedWorld {
  readonly fleet: Fleet
  readonly ears: ClaimEars
  readonly random: Seeded
}

export interface Kill {
  readonly victim: string
  readonly role: Member['role']
  readonly place: KillPlace
  /** False when no process came there in time, and one was killed at that moment. */
  readonly isAtPlace: boolean
  readonly killedAtMs: number
  /** Until a server answered a client that goes to another when one is gone. */
  readonly answeredAfterMs: number
  /** What it had in its hands. */
  readonly takeovers: readonly Takeover[]
}

export interface KillsPlayed {
  readonly kills: readonly Kill[]
  /** Runs that came to their end meanwhile. */
  readonly runs: number
  readonly steps: number
  readonly slices: number
  readonly commits: number
  /** In sentences; none when nothing was done twice, nothing is missing and nothing waited too long. */
  readonly violations: readonly string[]
}

export interface KillOptions {
  readonly flows: readonly ChaosFlow[]
  /** That the tables of the flows hold. */
  readonly rowCount: number
  readonly kills: number
  /** Nobody else is killed before what a process had in hand was taken over. */
  readonly isOneAtATime?: boolean | undefined
  /** From one kill to the next, about. */
  readonly paceMs: number
  /** Nobody's work may wait longer. */
  readonly takeoverBarMs: number
  readonly say?: ((line: string) => void) | undefined
}

const PLACE_PATIENCE_MS = 5_000
/** A process is away for that long at least, and twice that at most. */
const AWAY_MS = 1_500
const NEW_ROWS = 500
const TAKEOVER_PATIENCE_MS = 40_000
const IDLE_PATIENCE_MS = 120_000

/** Kills processes of a fleet while its flows run, and says what became of what they had in hand. */
export async function playKills(scene: KillScene, options: KillOptions): Promise<KillsPlayed> {
  await Promise.all(options.flows.map((flow) => untilBegun(scene, flow)))
  const stopping = new AbortController()
  const load = Promise.all(
    options.flows.map((flow) => keepRunning(scene, flow, options.rowCount, stopping.signal)),
  )
  const killed = await killSome(scene, options).finally(() => stopping.abort())
  await load
  await untilIdle(scene, options.flows)
  return judge(scene, options, killed)
}

type Struck = Omit<Kill, 'takeovers'> & { readonly incarnation: string }

async function killSome(scene: KillScene, options: KillOptions): Promise<readonly Struck[]> {
  const struck: Struck[] = []
  const returns: Promise<void>[] = []
  while (struck.length < options.kills) {
    const nextAt = Date.now() + options.paceMs
    const kill = await killOne(scene)
    struck.push(kill)
    options.say?.(`kill ${struck.length} of ${options.kills}: ${kill.incarnation} at ${kill.place}`)
    returns.push(bringBack(scene, kill.victim))
    await sleep(Math.max(0, nextAt - Date.now()))
    await returns.at(-1)
    // One at a time: the claims of a dead process count as sessions on the source until its beats are missed.
    if (options.isOneAtATime === true) await untilTakenOver(scene, kill)
  }
  return struck
}

async function killOne({ fleet, ears, random }: KillScene): Promise<Struck> {
  const place = random.pick(KILL_PLACES)
  const somebody = random.pick(fleet.members)
  const delayMs = random.between(0, place === 'anywhere' ? 1_000 : 80)
  const claimer = place === 'anywhere' ? undefined : await ears.next(place, PLACE_PATIENCE_MS)
  const victim = fleet.members.find(({ incarnation }) => incarnation === claimer) ?? somebody
  await sleep(delayMs)
  const { incarnation } = victim
  const killedAtMs = Date.now()
  await victim.kill()
  const answeredAfterMs = await untilAnswered(fleet, killedAtMs)
  const isAtPlace = place === 'anywhere' || claimer !== undefined
  return {
    victim: victim.name,
    incarnation,
    role: victim.role,
    place,
    isAtPlace,
    killedAtMs,
    answeredAfterMs,
  }
}

async function untilTakenOver({ metadata }: KillScene, kill: Struck): Promise<void> {
  for (const deadline = Date.now() + TAKEOVER_PATIENCE_MS; Date.now() < deadline; await sleep(500)) {
    const takeovers = takeoversFrom(await readAudit(metadata), kill)
    if (takeovers.every(({ afterMs }) => afterMs !== undefined)) return
  }
}

async function bringBack({ fleet, random }: KillScene, name: string): Promise<void> {
  await sleep(random.between(AWAY_MS, 2 * AWAY_MS))
  await fleet.members.find((member) => member.name === name)?.start()
}

async function untilAnswered(fleet: Fleet, sinceMs: number): Promise<number> {
  for (;;) {
    const { baseUrl } = fleet.client()
    const answer = await fetch(`${baseUrl}/health/ready`).catch(() => undefined)
    if (answer?.ok === true) return Date.now() - sinceMs
    await sleep(20)
  }
}

/** One run after the other. */
async function keepRunning(
  scene: KillScene,
  flow: ChaosFlow,
  rowCount: number,
  signal: AbortSignal,
): Promise<void> {
  for (let rows = rowCount; !signal.aborted; rows += NEW_ROWS) {
    await untilIdle(scene, [flow])
    if (flow.table.mode === 'incremental')
      await scene.source.query(insertRowsSql(flow.table, rows + 1, NEW_ROWS))
    await askForRun(() => scene.fleet.client(), flow.flowId)
  }
}

/** A flow runs once by itself; a client that asks before that gets a run of its own. */
async function untilBegun({ metadata }: KillScene, { flowId }: ChaosFlow): Promise<void> {
  for (const deadline = Date.now() + IDLE_PATIENCE_MS; Date.now() < deadline; await sleep(100)) {
    const { rows } = await metadata.query(`select from flow_run where flow_id = $1 and state = 'success'`, [
      flowId,
    ])
    if (rows.length > 0) return
  }
  throw new Error(`flow ${flowId} has not run in ${IDLE_PATIENCE_MS / 1000} s`)
}

async function untilIdle({ metadata }: KillScene, flows: readonly ChaosFlow[]): Promise<void> {
  const ids = flows.map(({ flowId }) => flowId)
  for (const deadline = Date.now() + IDLE_PATIENCE_MS; Date.now() < deadline; await sleep(100)) {
    const { rows } = await metadata.query<{ active: number }>(
      `select count(*)::int as active from flow_run
        where flow_id = any($1) and state in ('queued', 'inProgress', 'scheduled')`,
      [ids],
    )
    if (rows[0]?.active === 0) return
  }
  throw new Error(`runs have not ended in ${IDLE_PATIENCE_MS / 1000} s`)
}

async function judge(
  scene: KillScene,
  { flows, takeoverBarMs }: KillOptions,
  struck: readonly Struck[],
): Promise<KillsPlayed> {
  const entries = await readAudit(scene.metadata)
  const kills = struck.map(({ incarnation, ...kill }) => ({
    ...kill,
    takeovers: takeoversFrom(entries, { incarnation, killedAtMs: kill.killedAtMs }),
  }))
  const count = (wanted: string): number => entries.filter(({ event }) => event === wanted).length
  const wrong = await Promise.all(flows.map((flow) => judgeFlow(scene, flow)))
  const { rows } = await scene.metadata.query<{ runs: number }>(
    `select count(*)::int as runs from flow_run where state = 'success'`,
  )
  return {
    kills,
    runs: rows[0]?.runs ?? 0,
    steps: count('completed'),
    slices: count('slice'),
    commits: count('commit'),
    violations: [...findDoubles(entries), ...findLate(kills, takeoverBarMs), ...wrong.flat()],
  }
}

function findLate(kills: readonly Kill[], barMs: number): string[] {
  return kills.flatMap(({ victim, takeovers }, at) =>
    takeovers
      .filter(({ afterMs = Number.POSITIVE_INFINITY }) => afterMs > barMs)
      .map(({ step, afterMs }) => `kill ${at + 1}: ${step} of ${victim} was taken over after ${afterMs} ms`),
  )
}
