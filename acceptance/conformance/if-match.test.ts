import { afterAll, beforeAll, expect } from 'vitest'
import { codeOf, type FlowAnswer, onlyItem } from './flow-client.ts'
import { CHANGEABLE, type Kind } from './kinds.ts'
import { statement } from './statement.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => world?.[Symbol.asyncDispose]())

const describing = (value: string) => [{ op: 'add', path: '/description', value }]

/** A new thing of a kind, with its path and its etag. */
async function fresh({ collection, make }: Kind): Promise<{ readonly path: string; readonly etag: string }> {
  const { id, etag } = await make(world)
  return { path: `/${collection}/${id}`, etag }
}

/** Patches with this If-Match, or with this query, and expects it to be done. */
async function expectPatched(path: string, ifMatch: string | undefined, query = ''): Promise<FlowAnswer> {
  const answer = await world.client.patch(`${path}${query}`, describing(`${ifMatch}${query}`), ifMatch)
  expect([path, ifMatch, query, answer.status]).toEqual([path, ifMatch, query, 200])
  const item = onlyItem(await world.client.get(path))
  expect(item).toMatchObject({ etag: answer.body.etag, description: `${ifMatch}${query}` })
  return answer
}

/** Patches and expects a refusal that leaves everything as it was. */
async function expectRefused(
  path: string,
  ifMatch: string | undefined,
  code: string,
  query = '',
): Promise<void> {
  const before = onlyItem(await world.client.get(path))
  const answer = await world.client.patch(`${path}${query}`, describing('refused'), ifMatch)
  expect([path, ifMatch, query, codeOf(answer)]).toEqual([path, ifMatch, query, code])
  expect(onlyItem(await world.client.get(path))).toEqual(before)
}

/** The text of an etag without its quotes. */
const bare = (etag: string): string => etag.slice(1, -1)
const encoded = (etag: string): string => encodeURIComponent(etag)

/** Versions that are not the current one, of whatever form. */
function staleOf(etag: string): readonly string[] {
  const [first = ''] = bare(etag)
  const other = first === '0' ? '1' : '0'
  return [
    '"00000000-0000-0200-0000-000000000000"',
    '00000000-0000-0200-0000-000000000000',
    `"${other}${bare(etag).slice(1)}"`,
    bare(etag).slice(0, -1),
    `${bare(etag)}0`,
    'nonsense',
    '""',
    '"*"',
  ]
}

statement(49, 'a PATCH without If-Match is a 1403-400', async () => {
  for (const kind of CHANGEABLE) {
    const { path } = await fresh(kind)
    await expectRefused(path, undefined, '1403-400')
    await expectRefused(path, '', '1403-400')
    await expectRefused(path, undefined, '1403-400', '?if-match=')
  }
})

statement(50, 'a PATCH with an If-Match that is not the current etag is a 1404-412', async () => {
  for (const kind of CHANGEABLE) {
    const { path, etag } = await fresh(kind)
    for (const stale of staleOf(etag)) await expectRefused(path, stale, '1404-412')
    await expectRefused(path, undefined, '1404-412', `?if-match=${encoded(staleOf(etag)[0] ?? '')}`)
  }
})

statement(51, 'a PATCH with the etag in its quotes is done', async () => {
  for (const kind of CHANGEABLE) {
    const { path, etag } = await fresh(kind)
    const { body } = await expectPatched(path, etag)
    await expectPatched(path, `W/${body.etag}`)
  }
})

statement(52, 'a PATCH with the etag without its quotes is done', async () => {
  for (const kind of CHANGEABLE) {
    const { path, etag } = await fresh(kind)
    const { body } = await expectPatched(path, bare(etag))
    await expectPatched(path, ` ${bare(body.etag)} `)
  }
})

statement(53, 'a PATCH with the etag in the query instead of the header is done', async () => {
  for (const kind of CHANGEABLE) {
    let { path, etag } = await fresh(kind)
    const spellings = [
      (tag: string) => `?if-match=${encoded(tag)}`,
      (tag: string) => `?if-match=${tag}`,
      (tag: string) => `?if-match=${bare(tag)}`,
      (tag: string) => `/?if-match=${encoded(tag)}`,
    ]
    for (const spell of spellings) etag = (await expectPatched(path, undefined, spell(etag))).body.etag
  }
})

statement(54, 'the header goes before the query', async () => {
  for (const kind of CHANGEABLE) {
    const { path, etag } = await fresh(kind)
    await expectRefused(path, '"stale"', '1404-412', `?if-match=${encoded(etag)}`)
    await expectPatched(path, etag, '?if-match=stale')
  }
})

statement(55, 'a PATCH answers id and the new etag, and nothing else', async () => {
  for (const kind of CHANGEABLE) {
    const { path, etag } = await fresh(kind)
    const { body } = await expectPatched(path, etag)
    expect(body).toEqual({ id: path.split('/').at(-1), etag: expect.any(String) })
    expect(body.etag).not.toBe(etag)
    expect(onlyItem(await world.client.get(path)).etag).toBe(body.etag)
  }
})

statement(56, 'the etag from before a PATCH is refused after it', async () => {
  for (const kind of CHANGEABLE) {
    const { path, etag } = await fresh(kind)
    const second = (await expectPatched(path, etag)).body.etag
    await expectRefused(path, etag, '1404-412')
    await expectPatched(path, second)
    await expectRefused(path, etag, '1404-412')
    await expectRefused(path, second, '1404-412')
  }
})

const ROUNDS = 20

/** Sends as many PATCHes with one etag at a time and expects that exactly one of them was done. */
async function race(path: string, etag: string, runners: number): Promise<string> {
  const answers = await Promise.all(
    Array.from({ length: runners }, (_, index) =>
      world.client.patch(path, describing(`runner ${index}`), etag),
    ),
  )
  const winners = answers.flatMap((answer, index) => (answer.status === 200 ? [{ answer, index }] : []))
  const losers = answers.filter(({ status }) => status !== 200).map(codeOf)
  expect(winners).toHaveLength(1)
  expect(losers).toEqual(Array.from({ length: runners - 1 }, () => '1404-412'))
  const [{ answer, index } = { answer: undefined, index: -1 }] = winners
  const item = onlyItem(await world.client.get(path))
  expect(item).toMatchObject({ etag: answer?.body.etag, description: `runner ${index}` })
  return item.etag
}

statement(57, 'of PATCHes with one etag at a time exactly one is done and the others are 412', async () => {
  for (const kind of CHANGEABLE) {
    let { path, etag } = await fresh(kind)
    for (let round = 0; round < ROUNDS; round++) etag = await race(path, etag, 2)
    await race(path, etag, 8)
  }
})
