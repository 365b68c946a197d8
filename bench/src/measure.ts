/** Something that is timed. */
export type Action = () => Promise<unknown>

/** How long one thing took, in milliseconds. */
export interface Measured {
  readonly medianMs: number
  readonly p95Ms: number
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
  return times.map((taken) => ({
    medianMs: quantile(taken, 0.5),
    p95Ms: quantile(taken, 0.95),
    slowestMs: Math.max(...taken),
  }))
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN
}
