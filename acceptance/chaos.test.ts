import { describeReport } from '@headwater/testkit/chaos/chaos-report.ts'
import { FAULTS } from '@headwater/testkit/chaos/faults.ts'
import { runChaos } from '@headwater/testkit/chaos/run-chaos.ts'
import { expect, test } from 'vitest'

/** A small form of `npm run chaos`, from a seed that stays; `CHAOS_SEED` plays another one. */
const SEED = Number(process.env['CHAOS_SEED'] ?? 60)
/** Half a minute has to pass before a connection counts as dead: `npm run chaos` waits for it. */
const KINDS = Object.keys(FAULTS).filter((kind) => kind !== 'network-lost')
const PATIENCE_MS = 300_000

test(
  `sixty faults while flows run, seed ${SEED}: every row lands once and nobody has to do anything`,
  async () => {
    const report = await runChaos({
      seed: SEED,
      faults: 60,
      perRound: 15,
      only: KINDS,
      roundsPerEra: 4,
      say: () => undefined,
    })
    expect(report.violations, describeReport(report)).toEqual([])
    expect(report.faults).toHaveLength(60)
    const kinds = new Set(report.faults.map(({ kind }) => kind))
    expect(kinds.size).toBeGreaterThan(KINDS.length / 2)
  },
  PATIENCE_MS,
)
