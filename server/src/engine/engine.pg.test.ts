import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestSource, type TestSource } from '#source/postgres/testing/test-source.ts'
import { Engine } from './engine.ts'
import { SliceTasks } from './testing/slice-tasks.ts'

let source: TestSource
let tasks: SliceTasks
const engine = new Engine({ laneCount: 1 })

beforeAll(async () => {
  source = await createTestSource()
  tasks = await SliceTasks.open(source)
  await source.database.query(`
    create table few as select i from generate_series(1, 10) i;
    create view endless as select a, b from generate_series(1, 20000) a, generate_series(1, 20000) b`)
})

afterAll(async () => {
  await engine.close()
  await tasks[Symbol.asyncDispose]()
  await source[Symbol.asyncDispose]()
})

const ignore = () => {}

test('a slice that waits for a lane can be aborted, and those behind it move up', async () => {
  const [endless, abandoned] = [new AbortController(), new AbortController()]
  const running = engine.extract(await tasks.make('public.endless'), {
    signal: endless.signal,
    onProgress: ignore,
  })
  const waiting = engine.extract(await tasks.make('public.few'), {
    signal: abandoned.signal,
    onProgress: ignore,
  })
  const behind = engine.extract(await tasks.make('public.few'), {
    signal: new AbortController().signal,
    onProgress: ignore,
  })
  abandoned.abort(new Error('not wanted any more'))
  await expect(waiting).rejects.toThrow('not wanted any more')
  endless.abort(new Error('enough'))
  await expect(running).rejects.toThrow('enough')
  expect((await behind).rowsWritten).toBe(10)
})

test('more slices than lanes are done one after the other', async () => {
  const { signal } = new AbortController()
  const extracting = []
  for (let index = 0; index < 4; index++) {
    extracting.push(engine.extract(await tasks.make('public.few'), { signal, onProgress: ignore }))
  }
  const outputs = await Promise.all(extracting)
  expect(outputs.map(({ rowsWritten }) => rowsWritten)).toEqual([10, 10, 10, 10])
})
