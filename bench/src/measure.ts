/** Something that is timed. */
export type Action = () => Promise<unknown>

/** Median times of one thing, in milliseconds. */
export interface Measured {
  readonly medianMs: number
  readonly slowestMs: number
}

/**
 * Times several actions in turn, round by round, so that whatever else the machine does meets all of them alike.
 * The first round warms up and does not count.
 */
export async function measureInTurn(actions: readonly Action[], rounds: number): Promise<Measured[]> {
  const times: number[][] = actions.map(() => [])
  for (let round = 0; round <= rounds; round++) {
    for (const [index, action] of actions.entries()) {
      const startedMs = performance.now()
      await action()
      if (round > 0) times[index]?.push(performance.now() - startedMs)
    }
  }
  return times.map((taken) => ({ medianMs: median(taken), slowestMs: Math.max(...taken) }))
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
