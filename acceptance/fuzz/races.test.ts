import type { Answer } from '@headwater/testkit/api-client.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FlowAnswer } from '../conformance/flow-client.ts'
import { openWorld, type World } from '../conformance/world.ts'
import { FUZZ_DEPTH, FUZZ_SEED, FUZZ_TIMEOUT_MS, seedTitle } from './budget.ts'

/** Clients that change the same few entities at the same moment. Who wins is open; what is left must fit together. */
const BURSTS = 20

/** A connection, a source, a target and a flow between them; more flows may come. */
interface Scene {
  readonly base: string
  readonly source: string
  readonly target: string
  readonly flow: string
}

const DEEDS = [
  'make a flow',
  'make a source',
  'make a run',
  'rename the connection',
  'rename the source',
  'rename the flow',
  'disable the flow',
  'enable the flow',
  'delete the flow',
  'delete the source',
  'delete the target',
  'delete the connection',
] as const
type Deed = (typeof DEEDS)[number]

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
})

test(
  `whatever is done at once, no request fails and no flow loses what it needs (${seedTitle})`,
  async () => {
    const bursts = fc.array(fc.constantFrom(...DEEDS), { minLength: 3, maxLength: 14 })
    await fc.assert(fc.asyncProperty(bursts, burst), { seed: FUZZ_SEED, numRuns: BURSTS * FUZZ_DEPTH })
  },
  FUZZ_TIMEOUT_MS,
)

async function burst(deeds: readonly Deed[]): Promise<void> {
  const scene = await setScene()
  const answers = await Promise.all(deeds.map((deed) => perform(deed, scene)))
  for (const [index, { status, text }] of answers.entries()) {
    expect(status, `${deeds[index]}: ${text}`).toBeLessThan(500)
  }
  await expectWhole(scene)
}

async function setScene(): Promise<Scene> {
  const { id: base } = await world.makeConnection()
  const { id: source } = await world.makeSource({ baseConnectionId: base })
  const { id: target } = await world.makeTarget()
  const ends = { sourceConnectionIds: [source], targetConnectionIds: [target] }
  const { id: flow } = await world.makeFlow(ends)
  return { base, source, target, flow }
}

async function perform(deed: Deed, { base, source, target, flow }: Scene): Promise<FlowAnswer> {
  const { client } = world
  const rename = (path: string): Promise<FlowAnswer> =>
    client.call('PATCH', path, {
      body: [{ op: 'replace', path: '/name', value: world.newName('renamed') }],
      headers: { 'if-match': '*' },
    })
  const deeds: Readonly<Record<Deed, () => Promise<FlowAnswer>>> = {
    'make a flow': async () =>
      client.post(
        '/flows',
        await world.flowBody({ sourceConnectionIds: [source], targetConnectionIds: [target] }),
      ),
    'make a source': async () =>
      client.post('/sourceConnections', await world.sourceBody({ baseConnectionId: base })),
    'make a run': () => client.post('/runs', { flowId: flow }),
    'rename the connection': () => rename(`/connections/${base}`),
    'rename the source': () => rename(`/sourceConnections/${source}`),
    'rename the flow': () => rename(`/flows/${flow}`),
    'disable the flow': () => client.post(`/flows/${flow}/action?op=disable`),
    'enable the flow': () => client.post(`/flows/${flow}/action?op=enable`),
    'delete the flow': () => client.call('DELETE', `/flows/${flow}`),
    'delete the source': () => client.call('DELETE', `/sourceConnections/${source}`),
    'delete the target': () => client.call('DELETE', `/targetConnections/${target}`),
    'delete the connection': () => client.call('DELETE', `/connections/${base}`),
  }
  return deeds[deed]()
}

/** Every flow that is left has its source, its target and its connection. */
async function expectWhole({ base, source, target }: Scene): Promise<void> {
  const { body } = await world.client.get(`/flows?property=sourceConnectionIds==${source}&limit=1000`)
  if (body.items.length === 0) return
  for (const path of [
    `/connections/${base}`,
    `/sourceConnections/${source}`,
    `/targetConnections/${target}`,
  ]) {
    const { status, text } = await world.client.get(path)
    expect(status, `${text}, and yet there are ${body.items.map(({ id }: Answer) => id)}`).toBe(200)
  }
}
