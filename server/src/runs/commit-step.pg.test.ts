import { afterAll, beforeAll, expect, test } from 'vitest'
import { newUuid } from '#kit/ids.ts'
import { decodeManifest, encodeManifest, type ManifestEntry } from '#lake/iceberg/manifest.ts'
import { stageAppend } from '#lake/iceberg/stage-append.ts'
import type { LakeStorage, NewObject } from '#lake/storage/lake-storage.ts'
import { lakeTableOf } from '#services/catalog/dataset-store.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import { transact } from '#store/database.ts'
import { commitStep } from './commit-step.ts'
import { PointerMovedError } from './move-pointer.ts'
import type { SeededFlow } from './testing/flow-seeder.ts'
import { RunWorld } from './testing/run-world.ts'

/** Commits that are repeated, late, or in each other's way. */
let world: RunWorld

const ITEM = { id: { type: 'integer', 'meta:xdmType': 'long' }, label: { type: 'string' } }

beforeAll(async () => {
  world = await RunWorld.open()
  await world.source.query(`
    create table items as select i::bigint as id, 'item ' || i as label, i as extra, i as other from generate_series(1, 100) i`)
})

afterAll(() => world[Symbol.asyncDispose]())

/** A run whose slices are done and whose commit nobody has claimed. */
async function extracted(flow: SeededFlow): Promise<Run> {
  const run = await world.startRun(flow)
  await using _ = await world.startWorker({ 'run.commit': 'nobody' })
  await world.untilSubmitted('run.commit', run)
  return world.run(run)
}

const payloadOf = ({ id, epoch }: Run) => ({ v: 1, runId: id, epoch }) as const
const commit = (run: Run) => world.attempt(commitStep(world.deps), payloadOf(run))

/** Commits a snapshot without files, as another writer would. */
async function commitBetween(flow: SeededFlow): Promise<string> {
  const pointer = await lakeTableOf(world.db, flow.datasetId)
  const staged = await stageAppend(world.deps.storage, pointer?.metadataKey ?? '', {
    files: [],
    summary: {},
    nowMs: Date.now(),
  })
  await world.db
    .updateTable('lake_table')
    .set({ metadata_key: staged.metadataKey })
    .where('dataset_id', '=', flow.datasetId)
    .execute()
  return staged.snapshotId
}

async function rowCount(flow: SeededFlow): Promise<unknown> {
  return (await world.query(flow, 'select count(*)::int from t'))[0]?.[0]
}

test('a commit that is repeated lands once, and changes nothing the second time', async () => {
  const flow = await world.addFlow({ relation: 'public.items', properties: ITEM })
  const run = await extracted(flow)
  await world.settle(await commit(run))
  const [landed, table] = [await world.run(run), await world.table(flow)]
  expect(landed.state).toBe('success')
  await world.settle(await commit(run))
  expect(await world.run(run)).toEqual(landed)
  expect((await world.table(flow)).metadataKey).toBe(table.metadataKey)
  expect(await rowCount(flow)).toBe(100)
})

test('of two commits that were both prepared one lands, and the other leaves no word of it', async () => {
  const flow = await world.addFlow({ relation: 'public.items', properties: ITEM })
  const run = await extracted(flow)
  const [first, second] = [await commit(run), await commit(run)]
  await Promise.all([world.settle(first), world.settle(second)])
  expect(await rowCount(flow)).toBe(100)
  expect((await world.table(flow)).snapshots).toHaveLength(1)
  const commits = await world.db.selectFrom('lake_commit').selectAll().where('run_id', '=', run.id).execute()
  expect(commits).toHaveLength(1)
  expect(world.log.filter((line) => line.includes(run.id) && line.includes('run landed'))).toHaveLength(1)
})

test('a commit whose write is rolled back leaves everything as it was, and can be done again', async () => {
  const flow = await world.addFlow({ relation: 'public.items', properties: ITEM })
  const run = await extracted(flow)
  const outcome = await commit(run)
  const rolledBack = transact(world.db, async (tx) => {
    await outcome.write(tx)
    throw new Error('the claim was lost')
  })
  await expect(rolledBack).rejects.toThrow('the claim was lost')
  expect((await world.run(run)).state).toBe('inProgress')
  expect((await world.table(flow)).snapshots).toEqual([])
  await using _ = await world.startWorker()
  expect((await world.untilEnded(run)).state).toBe('success')
  expect(await rowCount(flow)).toBe(100)
})

test('a pointer that somebody else moved is no error: the next attempt commits on top of theirs', async () => {
  const flow = await world.addFlow({ relation: 'public.items', properties: ITEM })
  const run = await extracted(flow)
  const outcome = await commit(run)
  const theirs = await commitBetween(flow)
  await expect(world.settle(outcome)).rejects.toThrow(PointerMovedError)
  expect((await world.run(run)).state).toBe('inProgress')
  const attempt = { payload: payloadOf(run), attempt: 0, assertOwned: async () => {} }
  expect(await commitStep(world.deps).recover?.(attempt, new PointerMovedError())).toBeUndefined()
  await world.settle(await commit(run))
  expect(await world.run(run)).toMatchObject({ state: 'success', error_count: 0 })
  const { snapshots } = await world.table(flow)
  expect(snapshots.map(({ id }) => id)).toEqual([theirs, expect.any(String)])
  expect(snapshots[1]?.parentId).toBe(theirs)
  expect(await rowCount(flow)).toBe(100)
})

test('eight runs into one dataset land one after the other, without getting into each other’s way', async () => {
  const first = await world.addFlow({ relation: 'public.items', properties: ITEM })
  const flows = [first]
  for (let more = 1; more < 8; more++) {
    flows.push(await world.addFlow({ relation: 'public.items', properties: ITEM, into: first }))
  }
  await using _ = await world.startWorker()
  await using __ = await world.startWorker()
  const linesBefore = world.log.length
  const runs = await Promise.all(flows.map((flow) => world.startRun(flow)))
  const ended = await Promise.all(runs.map((run) => world.untilEnded(run)))
  expect(ended.map(({ state }) => state)).toEqual(Array(8).fill('success'))
  expect(await rowCount(first)).toBe(800)
  expect((await world.table(first)).snapshots).toHaveLength(8)
  expect(world.log.slice(linesBefore).filter((line) => line.includes('PointerMovedError'))).toEqual([])
})

test('a table that another run has evolved in the same way meanwhile takes the files as they are', async () => {
  const flow = await world.addFlow({ relation: 'public.items', properties: ITEM })
  const other = await world.addFlow({ relation: 'public.items', properties: ITEM, into: flow })
  world.changeSchema(flow, { ...ITEM, extra: { type: 'integer' } })
  const [run, faster] = [await extracted(flow), await extracted(other)]
  await world.settle(await commit(faster))
  await world.settle(await commit(run))
  expect(await world.run(run)).toMatchObject({ state: 'success', epoch: 1 })
  expect(await world.query(flow, 'select count(*)::int, count(extra)::int from t')).toEqual([[200, 200]])
})

test('a table that another run has evolved in another way meanwhile makes the run start over', async () => {
  const flow = await world.addFlow({ relation: 'public.items', properties: ITEM })
  const other = await world.addFlow({ relation: 'public.items', properties: ITEM, into: flow })
  world.changeSchema(flow, { ...ITEM, extra: { type: 'integer' } })
  const run = await extracted(flow)
  // Now `other` gets the id that `run` has given to `extra`.
  world.changeSchema(flow, { ...ITEM, other: { type: 'integer' }, extra: { type: 'integer' } })
  await world.settle(await commit(await extracted(other)))
  await using _ = await world.startWorker()
  const ended = await world.untilEnded(run)
  expect(ended).toMatchObject({ state: 'success', epoch: 3, error_count: 0 })
  const counts = 'select count(*)::int, count(extra)::int, count(other)::int, sum(extra - other)::int from t'
  expect(await world.query(flow, counts)).toEqual([[200, 200, 200, 0]])
})

test('a commit for a run that is nobody’s does nothing', async () => {
  await world.settle(await world.attempt(commitStep(world.deps), { v: 1, runId: newUuid(), epoch: 1 }))
})

/** A storage that writes manifests without a line, or with one twice. */
function withBadManifests(
  storage: LakeStorage,
  damage: (entries: ManifestEntry[]) => ManifestEntry[],
): LakeStorage {
  const schema = '{"type":"struct","schema-id":0,"fields":[]}'
  const putAll = (objects: readonly NewObject[]): Promise<void> => {
    const damaged = objects.map(({ key, bytes }) => {
      const isManifest = key.endsWith('.avro') && !key.includes('/snap-')
      return { key, bytes: isManifest ? encodeManifest(damage(decodeManifest(bytes)), schema, 0) : bytes }
    })
    return storage.putAll(damaged)
  }
  return new Proxy(storage, {
    get(target, name) {
      if (name === 'putAll') return putAll
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

test.each<[string, (entries: ManifestEntry[]) => ManifestEntry[], string]>([
  ['lacks a file', (entries) => entries.slice(1), 'is in no manifest'],
  ['has a file twice', (entries) => [...entries, entries[0] as ManifestEntry], 'is listed 2 times'],
])('a manifest that %s never becomes the table', async (_what, damage, message) => {
  const flow = await world.addFlow({ relation: 'public.items', properties: ITEM })
  const run = await extracted(flow)
  const storage = withBadManifests(world.deps.storage, damage)
  const failed = world.attempt(commitStep({ ...world.deps, storage }), payloadOf(run))
  await expect(failed).rejects.toMatchObject({ code: 'HW-MANIFEST-MISMATCH' })
  await expect(failed).rejects.toThrow(message)
  expect((await world.table(flow)).snapshots).toEqual([])
  await world.settle(await commit(run))
  expect(await rowCount(flow)).toBe(100)
})
