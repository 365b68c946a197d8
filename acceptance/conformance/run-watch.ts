import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { expect } from 'vitest'
import { onlyItem } from './flow-client.ts'
import type { World } from './world.ts'

/** How long a run, or a tick of a schedule that a test waits for, may take at most. */
const PATIENCE_MS = 45_000
const POLL_MS = 50

export function nowInSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

/** The runs of a flow, the oldest first. */
export async function listRuns({ client }: World, flowId: string): Promise<Answer[]> {
  const { status, body, text } = await client.get(`/runs?property=flowId==${flowId}&limit=200`)
  expect(status, text).toBe(200)
  return body.items.toReversed()
}

export function statusOf(run: Answer): string {
  return run.metrics.statusSummary.status
}

/** All runs of a flow, the oldest first, when at least `count` of them have ended, with success or not. */
export async function endedRuns(world: World, flowId: string, count = 1): Promise<Answer[]> {
  return pollFor(
    () => listRuns(world, flowId),
    (runs) => runs.filter((run) => ['success', 'failed'].includes(statusOf(run))).length >= count,
  )
}

/** A run when it has ended. */
export async function endedRun({ client }: World, id: string): Promise<Answer> {
  return pollFor(
    async () => onlyItem(await client.get(`/runs/${id}`)),
    (run) => ['success', 'failed'].includes(statusOf(run)),
  )
}

/** Asks again and again until the answer is the wanted one. */
export async function pollFor<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(POLL_MS)) {
    const answer = await ask()
    if (isWanted(answer)) return answer
    if (Date.now() > deadline) throw new Error(`after ${PATIENCE_MS} ms still ${JSON.stringify(answer)}`)
  }
}
