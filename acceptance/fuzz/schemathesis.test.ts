import {
  hasSchemathesis,
  type PathValues,
  runSchemathesis,
  schemathesisTitle,
} from '@headwater/testkit/schemathesis.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FUZZ_DEPTH, FUZZ_SEED, FUZZ_TIMEOUT_MS, seedTitle } from './budget.ts'
import { type FuzzWorld, openFuzzWorld } from './seeds.ts'

/** Every operation of the server's own document, with what schemathesis makes up for it. */
const EXAMPLES_PER_OPERATION = 1

let fuzz: FuzzWorld

describe.skipIf(!hasSchemathesis)(schemathesisTitle, () => {
  beforeAll(async () => {
    fuzz = await openFuzzWorld()
  })

  afterAll(async () => {
    await fuzz?.[Symbol.asyncDispose]()
  })

  test(
    `no answer is a 5xx, or other than the document says (${seedTitle})`,
    async () => {
      const { log } = fuzz.world.server
      const client = fuzz.admin
      const report = await runSchemathesis(client, {
        seed: FUZZ_SEED,
        maxExamples: EXAMPLES_PER_OPERATION * FUZZ_DEPTH,
        pathValues: [
          ...valuesFor(fuzz.kept, ['GET', 'POST']),
          ...valuesFor(fuzz.spare, ['PUT', 'PATCH', 'DELETE']),
        ],
        timeoutMs: FUZZ_TIMEOUT_MS,
      })
      expect(report.failures).toBe('')
      expect(report.operationCount).toBe(await countOperations(client.baseUrl))
      const lines = log.join('')
      expect(lines).not.toContain('request failed')
      for (const canary of fuzz.canaries) expect(lines).not.toContain(canary)
    },
    FUZZ_TIMEOUT_MS,
  )
})

function valuesFor(ids: FuzzWorld['kept'], methods: readonly string[]): PathValues[] {
  return Object.entries(ids)
    .filter(([, values]) => values.length > 0)
    .map(([path, values]) => ({ path, methods, values }))
}

async function countOperations(url: string): Promise<number> {
  const document = (await (await fetch(`${url}/docs/json`)).json()) as { paths: Record<string, object> }
  return Object.values(document.paths).flatMap((path) => Object.keys(path)).length
}
