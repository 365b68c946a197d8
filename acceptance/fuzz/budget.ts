/**
 * How much fuzzing is done, and from which seed. `FUZZ_SEED` repeats a run or begins another one; `FUZZ_MINUTES` digs
 * deeper than the everyday tests, `npm run fuzz -- --minutes 30` sets it.
 */
const DEFAULT_SEED = 20_260_101

export const FUZZ_SEED: number = Number(process.env['FUZZ_SEED'] ?? DEFAULT_SEED)

const minutes = Number(process.env['FUZZ_MINUTES'] ?? 0)

/** How many times the everyday amount is done. One unit takes about a minute. */
export const FUZZ_DEPTH: number = Math.max(1, minutes)

/** Generous: a machine may be slow, and what is bounded is the number of requests. */
export const FUZZ_TIMEOUT_MS: number = FUZZ_DEPTH * 300_000

/** Says in a test's name how to repeat it. */
export const seedTitle: string = `FUZZ_SEED=${FUZZ_SEED}`
