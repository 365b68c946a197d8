import { publishedDescription } from '@headwater/testkit/openapi/expect-described.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { intrudedRequestsOf, type Material, requestsOf, validRequestOf } from './arbitrary-request.ts'
import { prepareBodies } from './bodies.ts'
import { FUZZ_DEPTH, FUZZ_SEED, FUZZ_TIMEOUT_MS, seedTitle } from './budget.ts'
import { type Judge, judgeAnswer } from './judge.ts'
import { type Operation, readOperations } from './operations.ts'
import { type FuzzWorld, openFuzzWorld } from './seeds.ts'
import { type FuzzAnswer, type FuzzRequest, send } from './send.ts'

/** Requests to every operation that are nearly right, and what may never come back, whatever is asked. */
const REQUESTS_PER_OPERATION = 30
/** Specs that come with the server stay as they are, and a run is changed by what carries it out. */
const NEEDS_MORE: ReadonlySet<string> = new Set(['putRun'])

let fuzz: FuzzWorld
let material: Material
let judge: Judge

beforeAll(async () => {
  fuzz = await openFuzzWorld()
  const { world, kept, spare, admin: client } = fuzz
  const headers = {
    authorization: `Bearer ${client.token}`,
    'x-api-key': client.credentials.client_id,
    'x-gw-ims-org-id': client.credentials.ims_org,
    'x-sandbox-name': 'prod',
  }
  judge = { description: await publishedDescription(client.baseUrl), canaries: fuzz.canaries }
  material = { kept, spare, bodies: await prepareBodies(world), headers }
})

afterAll(async () => {
  await fuzz?.[Symbol.asyncDispose]()
})

/** Were it refused, the wrong ones made from it would be so for the same reason, and nothing be tested. */
test('a right request is taken', async () => {
  const refusals: string[] = []
  for (const operation of await readOperations(fuzz.world.server.url)) {
    const request = validRequestOf(operation, material)
    if (request === undefined || NEEDS_MORE.has(operation.operationId)) continue
    const { status, text } = await ask(request)
    if (status >= 300) refusals.push(`${status} ${text}\n${show(request)}`)
  }
  expect(refusals).toEqual([])
})

test(
  'a value of another type, wherever it stands in a body, is answered and stored as described',
  async () => {
    const failures: string[] = []
    for (const operation of await readOperations(fuzz.world.server.url)) {
      for (const request of intrudedRequestsOf(operation, material, FUZZ_DEPTH > 1)) {
        const answer = await ask(request)
        const problems = [...answer.problems, ...(await judgeStored(operation, answer))]
        if (problems.length > 0) failures.push(`${problems.join('\n')}\n${show(request)}`)
      }
    }
    expect(failures).toEqual([])
  },
  FUZZ_TIMEOUT_MS,
)

test(
  `whatever an operation is asked, it answers as described, and tells no secret (${seedTitle})`,
  async () => {
    const operations = deletesLast(await readOperations(fuzz.world.server.url))
    const failures: string[] = []
    for (const operation of operations) failures.push(...(await fuzzOperation(operation)))
    expect(failures).toEqual([])
    const log = fuzz.world.server.log.join('')
    expect(log).not.toContain('request failed')
    for (const canary of fuzz.canaries) expect(log).not.toContain(canary)
  },
  FUZZ_TIMEOUT_MS,
)

/** Sends a request and judges its answer. */
async function ask(request: FuzzRequest): Promise<FuzzAnswer & { readonly problems: readonly string[] }> {
  const answer = await send(fuzz.world.server.url, request)
  return { ...answer, problems: judgeAnswer(request, answer, judge) }
}

/** What was taken is shown as described, too. */
async function judgeStored({ path }: Operation, { status, text }: FuzzAnswer): Promise<readonly string[]> {
  const { id } = status < 300 && text.startsWith('{') ? JSON.parse(text) : {}
  if (typeof id !== 'string') return []
  const url = `${path.replace(/\/\{id\}.*$/, '')}/${encodeURIComponent(id)}`
  return (await ask({ method: 'GET', url, headers: material.headers, body: undefined })).problems
}

/** What is deleted can be asked nothing else. */
function deletesLast(operations: readonly Operation[]): readonly Operation[] {
  return operations.toSorted((a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'))
}

/** The smallest request that the operation answers badly, if there is one. */
async function fuzzOperation(operation: Operation): Promise<string[]> {
  const property = fc.asyncProperty(requestsOf(operation, material), async (request) => {
    const { problems } = await ask(request)
    if (problems.length > 0) throw new Error(problems.join('\n'))
  })
  const result = await fc.check(property, { seed: FUZZ_SEED, numRuns: REQUESTS_PER_OPERATION * FUZZ_DEPTH })
  if (!result.failed) return []
  const [request] = result.counterexample ?? []
  return [`${String(result.errorInstance)}\n${request === undefined ? '' : show(request)}`]
}

/** The request without the headers that all have. */
function show({ method, url, headers, body = '' }: FuzzRequest): string {
  const own = Object.entries(headers).filter(([name, value]) => material.headers[name] !== value)
  return `${method} ${url} ${JSON.stringify(Object.fromEntries(own))} ${body.slice(0, 2_000)}`
}
