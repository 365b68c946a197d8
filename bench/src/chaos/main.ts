import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'
import { describeReport, writeReport } from '@headwater/testkit/chaos/chaos-report.ts'
import { runChaos } from '@headwater/testkit/chaos/run-chaos.ts'
import { describeFleetReport, writeFleetReport } from '@headwater/testkit/fleet/fleet-report.ts'
import { runFleet } from '@headwater/testkit/fleet/run-fleet.ts'

// What is taken from runs while they are under way, and what they promise all the same (docs/survival.md):
//   npm run chaos -- [--faults 500] [--seed 7] [--only server-kill,store-503] [--per-round 3] [--report chaos]
//   npm run chaos -- windows|accounts
//   npm run chaos -- fleet [--kills 200] [--seed 7] [--report chaos]

/** The full forms of tests that run in small with the others. */
const PROOFS: Readonly<Record<string, { readonly file: string; readonly env: Record<string, string> }>> = {
  windows: {
    file: 'server/src/runs/fence/late-rows.pg.test.ts',
    env: { CHAOS_WINDOWS: '500', CHAOS_WRITERS: '50', CHAOS_LONGEST_MS: '30000' },
  },
  accounts: {
    file: 'server/src/runs/one-snapshot.pg.test.ts',
    env: { CHAOS_ACCOUNTS: '1000000', CHAOS_WRITERS: '16', CHAOS_RUNS: '100' },
  },
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: { type: 'string', default: '200' },
    faults: { type: 'string', default: '60' },
    seed: { type: 'string' },
    only: { type: 'string', default: '' },
    'per-round': { type: 'string', default: '3' },
    report: { type: 'string', default: 'chaos-report' },
  },
})

const proof = PROOFS[positionals[0] ?? '']
if (positionals[0] === 'fleet') await killFleet()
else if (proof === undefined) await breakThings()
else prove(proof)

function chooseSeed(): number {
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
  say(`seed ${seed}`)
  return seed
}

async function killFleet(): Promise<void> {
  const report = await runFleet({ seed: chooseSeed(), kills: Number(values.kills), say })
  await writeFleetReport(values.report, report)
  say(describeFleetReport(report).split('\n').slice(0, 40).join('\n'))
  if (report.violations.length > 0) process.exitCode = 1
}

async function breakThings(): Promise<void> {
  const seed = chooseSeed()
  const stopping = new AbortController()
  // Nothing is left behind, and what was found so far is reported; a second one ends it at once.
  process.once('SIGINT', () => stopping.abort())
  const report = await runChaos({
    seed,
    faults: Number(values.faults),
    perRound: Number(values['per-round']),
    only: values.only.split(',').filter((kind) => kind !== ''),
    roundsPerEra: 15,
    say,
    signal: stopping.signal,
  })
  await writeReport(values.report, report)
  say(describeReport(report).split('\n').slice(0, 40).join('\n'))
  if (report.violations.length > 0) process.exitCode = 1
}

/** What is set already stays: a smaller form is `CHAOS_WINDOWS=50 npm run chaos -- windows`. */
function prove({ file, env }: (typeof PROOFS)[string]): void {
  const vitest = spawn('npx', ['vitest', 'run', '--project', 'pg', file], {
    stdio: 'inherit',
    env: { ...env, ...process.env },
  })
  vitest.on('exit', (code) => {
    process.exitCode = code ?? 1
  })
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
