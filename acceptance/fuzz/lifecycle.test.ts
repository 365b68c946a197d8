import fc from 'fast-check'
import { afterAll, beforeAll, test } from 'vitest'
import { openWorld, type World } from '../conformance/world.ts'
import { FUZZ_DEPTH, FUZZ_SEED, FUZZ_TIMEOUT_MS, seedTitle } from './budget.ts'
import { sequences } from './lifecycle-commands.ts'
import { Model } from './lifecycle-model.ts'

/** Random lives of connections and flows, step by step beside a model of them. */
const SEQUENCES = 40
const STEPS = 40

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
})

test(
  `in any order of creates, changes, actions and deletes the answers are those of the model (${seedTitle})`,
  async () => {
    const property = fc.asyncProperty(sequences(STEPS), (steps) =>
      fc.asyncModelRun(() => ({ model: new Model(), real: world }), steps),
    )
    await fc.assert(property, { seed: FUZZ_SEED, numRuns: SEQUENCES * FUZZ_DEPTH })
  },
  FUZZ_TIMEOUT_MS,
)
