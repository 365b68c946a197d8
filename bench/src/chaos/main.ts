import { parseArgs } from 'node:util'
import { describeReport, writeReport } from '@headwater/testkit/chaos/chaos-report.ts'
import { runChaos } from '@headwater/testkit/chaos/run-chaos.ts'

// Breaks things while flows run: npm run chaos -- --faults 500 [--seed 7] [--only server-kill,store-503] [--report chaos]

const { values } = parseArgs({
  options: {
    faults: { type: 'string', default: '60' },
    seed: { type: 'string' },
    only: { type: 'string', default: '' },
    'per-round': { type: 'string', default: '3' },
    report: { type: 'string', default: 'chaos-report' },
  },
})

const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
const say = (line: string): void => void process.stdout.write(`${line}\n`)
say(`seed ${seed}`)
const report = await runChaos({
  seed,
  faults: Number(values.faults),
  perRound: Number(values['per-round']),
  only: values.only.split(',').filter((kind) => kind !== ''),
  roundsPerEra: 15,
  say,
})
await writeReport(values.report, report)
say(describeReport(report).split('\n').slice(0, 40).join('\n'))
if (report.violations.length > 0) process.exitCode = 1
