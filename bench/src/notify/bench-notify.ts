import { parseArgs } from 'node:util'
import { claimDue } from '@headwater/server/notify/delivery-ledger.ts'
import type { FlowRow } from '@headwater/server/services/flow-service/runs/run.ts'
import { WebhookReceiver } from '@headwater/testkit/webhook-receiver.ts'
import { sql } from 'kysely'
import { type Measured, measureInTurn } from '../measure.ts'
import { printTable, say } from '../table.ts'
import { type OutboxWorld, openOutboxWorld } from './outbox-world.ts'

/**
 * What notifications cost the runs that they are about, how a claim fares with a long backlog, and how long a
 * healthy receiver waits while others hang.
 */
export async function benchNotify(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '50' },
      backlog: { type: 'string', default: '200000' },
      hanging: { type: 'string', default: '50' },
    },
  })
  const rounds = Number(values.rounds)
  await using world = await openOutboxWorld()
  const rows = [
    ...(await costOfEnding(world, rounds)),
    ...(await waitOfHealthy(world, Number(values.hanging), rounds)),
    ...(await costOfClaim(world, Number(values.backlog), rounds)),
  ]
  say()
  printTable(['', 'median', 'slowest', 'beside', 'median', 'ratio'], rows)
}

/** The transaction that starts and the one that ends a run, with listeners and without. */
async function costOfEnding(world: OutboxWorld, rounds: number): Promise<string[][]> {
  const flows = [await world.addFlow(), await world.addFlow(), await world.addFlow()] as const
  // Nobody sends anything here.
  await world.subscribe(flows[1], 'http://127.0.0.1:1/')
  for (let n = 0; n < 100; n++) await world.subscribe(flows[2], 'http://127.0.0.1:1/')
  const run = (flow: FlowRow) => async () => world.endRun(await world.startRun(flow))
  const [none, one, hundred] = await measureInTurn(flows.map(run), rounds)
  await sql`delete from subscription`.execute(world.db)
  return [
    row('start and end a run, 1 subscription', one, 'without any', none),
    row('start and end a run, 100 subscriptions', hundred, 'without any', none),
  ]
}

/** From the commit of a run's start to the arrival at its receiver. */
async function waitOfHealthy(world: OutboxWorld, hanging: number, rounds: number): Promise<string[][]> {
  await using healthy = await WebhookReceiver.start()
  await using stuck = await WebhookReceiver.start(() => {})
  const [flow, crowd] = [await world.addFlow(), await world.addFlow()]
  await world.subscribe(flow, healthy.url)
  await using _server = await world.startServer()
  const [alone] = await measureInTurn([() => arrival(world, flow, healthy)], rounds)
  for (let n = 0; n < hanging; n++) await world.subscribe(crowd, stuck.url)
  await world.startRun(crowd)
  const [beside] = await measureInTurn([() => arrival(world, flow, healthy)], rounds)
  await sql`delete from subscription`.execute(world.db)
  return [row(`a run's start arrives, ${hanging} others hang`, beside, 'nobody hangs', alone)]
}

async function arrival(world: OutboxWorld, flow: FlowRow, receiver: WebhookReceiver): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  receiver.behave((reply) => {
    reply.writeHead(204).end()
    resolve()
  })
  const run = await world.startRun(flow)
  await promise
  receiver.behave((reply) => void reply.writeHead(204).end())
  await world.endRun(run)
}

/** One round of the dispatcher, with little to do and with a receiver that has been down for long. */
async function costOfClaim(world: OutboxWorld, backlog: number, rounds: number): Promise<string[][]> {
  const claim = async (): Promise<void> => {
    await claimDue(world.db, { nowMs: Date.now(), slots: 64, perSubscription: 4, leaseMs: 20_000 })
    await sql`update delivery set leased_until = null where leased_until is not null`.execute(world.db)
  }
  const flow = await world.addFlow()
  for (let n = 0; n < 20; n++) await world.subscribe(flow, 'http://127.0.0.1:1/')
  await world.endRun(await world.startRun(flow))
  const [short] = await measureInTurn([claim], rounds)
  await sql`
    insert into delivery (id, org_id, sandbox_id, subscription_id, flow_id, run_id, event_id, event, state, body,
      failures, next_attempt_at, created_at, updated_at)
    select gen_random_uuid(), org_id, sandbox_id, subscription_id, flow_id, gen_random_uuid(), event_id, event, state,
      body, 1, next_attempt_at + n, created_at, updated_at
    from delivery, generate_series(1, ${Math.round(backlog / 40)}::int) n
  `.execute(world.db)
  await sql`vacuum analyze delivery`.execute(world.db)
  const [long] = await measureInTurn([claim], rounds)
  return [row(`claim, ${backlog} pending`, long, '40 pending', short)]
}

function row(
  name: string,
  ours: Measured | undefined,
  beside: string,
  other: Measured | undefined,
): string[] {
  const [mine, theirs] = [ours?.medianMs ?? Number.NaN, other?.medianMs ?? Number.NaN]
  const slowest = ours?.slowestMs ?? Number.NaN
  return [name, millis(mine), millis(slowest), beside, millis(theirs), (mine / theirs).toFixed(2)]
}

function millis(value: number): string {
  return `${value.toFixed(1)} ms`
}
