import { readdirSync, readlinkSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { readBack } from '#lake/query/verify-file.ts'
import { createTestSource, type TestSource } from '#source/postgres/testing/test-source.ts'
import { Lane } from './lane.ts'
import type { SliceError } from './slice-error.ts'
import type { ExtractTask, SliceOutput, SliceProgress } from './task.ts'
import { SliceTasks } from './testing/slice-tasks.ts'

let source: TestSource
let tasks: SliceTasks
/** One for all tests: each shows that it is still of use after those before. */
const lane = new Lane()

beforeAll(async () => {
  source = await createTestSource()
  tasks = await SliceTasks.open(source)
  await source.database.query(`
    create table numbers as select i::bigint as id, 'text ' || i as t from generate_series(1, 50000) i;
    create table nobody (id bigint, t text);
    create table moments (id integer, at timestamptz, amount numeric(6,2), note text);
    insert into moments select i, timestamptz '2026-01-01Z' + i * interval '1 s', i, null from generate_series(1, 100) i;
    update moments set at = 'infinity' where id = 7;
    update moments set amount = 'NaN', note = 'both', at = '-infinity' where id = 42;
    update moments set at = 'infinity' where id = 70;
    create view endless as select a::bigint as id, b as t from generate_series(1, 20000) a, generate_series(1, 20000) b;
    create view broken as select i::bigint as id, 1 / (40000 - i) as t from generate_series(1, 50000) i;
    create view late_reject as
      select i::bigint as id, case when i = 100000 then 'infinity' else timestamptz '2026-01-01Z' end as t
      from generate_series(1, 300000) i`)
})

afterAll(async () => {
  await lane.close()
  await tasks[Symbol.asyncDispose]()
  await source[Symbol.asyncDispose]()
})

beforeEach(() => {
  // Whatever the test before did, it left no file of ours open.
  expect(openFiles()).toEqual([])
})

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)].filter((path) => path.startsWith(tasks.folder))
    } catch {
      return []
    }
  })
}

function extract(task: ExtractTask, signal = new AbortController().signal): Promise<SliceOutput> {
  return lane.extract(task, { signal, onProgress: () => {} })
}

function expectProven({ proof, rowsWritten }: SliceOutput): void {
  expect(proof.map(({ landed }) => landed)).toEqual(proof.map(({ sent }) => sent))
  expect(proof.map(({ landed }) => landed.valueCount + landed.nullCount)).toEqual(
    proof.map(() => rowsWritten),
  )
}

/** The lane does the next slice as if nothing had happened. */
async function expectUsable(): Promise<void> {
  const output = await extract(await tasks.make('public.numbers'))
  expect(output.rowsWritten).toBe(50_000)
  expectProven(output)
}

async function expectFailure(task: ExtractTask, failure: Partial<SliceError>): Promise<void> {
  await expect(extract(task)).rejects.toThrow(expect.objectContaining({ name: 'SliceError', ...failure }))
  await expectNoFiles(task)
}

async function expectNoFiles(task: ExtractTask): Promise<void> {
  for (const path of [task.partPath, task.diagnosticsPath ?? '']) {
    await expect(stat(path)).rejects.toThrow('ENOENT')
  }
}

async function readersAtWork(): Promise<number> {
  const { rows } = await source.database.query<{ n: number }>(
    "select count(*)::int as n from pg_stat_activity where application_name = 'headwater-reader'",
  )
  return rows[0]?.n ?? -1
}

test('every row of a relation ends in the part file, and both hands agree on every field', async () => {
  const task = await tasks.make('public.numbers')
  const output = await extract(task)
  expect(output).toMatchObject({
    rowsRead: 50_000,
    rowsWritten: 50_000,
    rowsRejected: 0,
    hasDiagnostics: false,
  })
  expect(output.bytesRead).toBeGreaterThan(50_000 * 8)
  expect(output.part).toMatchObject({ rowCount: 50_000, sizeBytes: (await stat(task.partPath)).size })
  expectProven(output)
})

test('progress counts what has come, up to the last row', async () => {
  const seen: SliceProgress[] = []
  const { bytesRead } = await lane.extract(await tasks.make('public.numbers'), {
    signal: new AbortController().signal,
    onProgress: (progress) => seen.push(progress),
  })
  expect(seen.at(-1)).toEqual({ rowCount: 50_000, byteCount: bytesRead })
})

test('rows of 5 MB, larger than any slot, between small ones', async () => {
  await source.database.query(`
    create table huge as select i::bigint as id, case when i % 3 = 0 then repeat(chr(96 + i), 5000000) else 'small' end as t
    from generate_series(1, 7) i`)
  const output = await extract(await tasks.make('public.huge'))
  expect(output).toMatchObject({ rowsRead: 7, rowsWritten: 7 })
  expect(output.bytesRead).toBeGreaterThan(10_000_000)
  expectProven(output)
})

test('a single huge row, sent before the other thread has looked once', async () => {
  const fresh = new Lane()
  await source.database.query("create table one as select 1::bigint as id, repeat('x', 5000000) as t")
  const task = await tasks.make('public.one')
  const output = await fresh.extract(task, { signal: new AbortController().signal, onProgress: () => {} })
  expect(output.rowsWritten).toBe(1)
  expectProven(output)
  await fresh.close()
})

test('two hundred columns', async () => {
  const columns = Array.from({ length: 200 }, (_, index) => `i * ${index} as c${index}`)
  await source.database.query(
    `create table wide as select ${columns.join(', ')} from generate_series(1, 3000) i`,
  )
  const output = await extract(await tasks.make('public.wide'))
  expect(output.proof).toHaveLength(200)
  expect(output.rowsWritten).toBe(3_000)
  expectProven(output)
})

test('a slice without rows has no files', async () => {
  const task = await tasks.make('public.nobody')
  const output = await extract(task)
  expect(output).toMatchObject({ rowsRead: 0, rowsWritten: 0, proof: [], hasDiagnostics: false })
  expect(output.part).toBeUndefined()
  await expectNoFiles(task)
})

test('rows that a table can not hold are set aside with their reasons, and the others land', async () => {
  const task = await tasks.make('public.moments')
  const output = await extract(task)
  expect(output).toMatchObject({ rowsRead: 100, rowsWritten: 97, rowsRejected: 3, hasDiagnostics: true })
  expectProven(output)
  expect(output.rejects.map(({ path, count }) => [path, count])).toEqual([
    ['at', 3],
    ['amount', 1],
  ])
  const records = (await readFile(task.diagnosticsPath ?? '', 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const errorOf = (column: string, text: string) => ({
    column,
    field: column,
    code: expect.any(String),
    rule: 'valuePolicy: quarantine',
    message: expect.stringContaining(column),
    values: [{ column, text }],
  })
  const _filename = basename(task.diagnosticsPath ?? '')
  expect(records).toEqual([
    { id: 7, at: 'infinity', amount: '7.00', _errors: [errorOf('at', 'infinity')], _filename },
    {
      id: 42,
      at: '-infinity',
      amount: 'NaN',
      note: 'both',
      _errors: [errorOf('at', '-infinity'), errorOf('amount', 'NaN')],
      _filename,
    },
    { id: 70, at: 'infinity', amount: '70.00', _errors: [errorOf('at', 'infinity')], _filename },
  ])
})

test('rows that are set aside are only counted when nobody wants to see them', async () => {
  const { diagnosticsPath, ...task } = await tasks.make('public.moments')
  const output = await extract(task)
  expect(output).toMatchObject({ rowsRejected: 3, hasDiagnostics: false })
  await expect(stat(diagnosticsPath ?? '')).rejects.toThrow('ENOENT')
})

test('a slice whose rows were all set aside has diagnostics and no part file', async () => {
  await source.database.query("create view hopeless as select id, timestamptz 'infinity' as at from moments")
  const task = await tasks.make('public.hopeless')
  const output = await extract(task)
  expect(output).toMatchObject({
    rowsRead: 100,
    rowsWritten: 0,
    rowsRejected: 100,
    proof: [],
    hasDiagnostics: true,
  })
  expect(output.part).toBeUndefined()
  await expect(stat(task.partPath)).rejects.toThrow('ENOENT')
  expect((await readFile(task.diagnosticsPath ?? '', 'utf8')).split('\n')).toHaveLength(101)
})

test('an error of PostgreSQL in the middle of the copy is the one that is told', async () => {
  const task = await tasks.make('public.broken')
  await expectFailure(task, {
    origin: 'source',
    kind: 'SourceError',
    code: '22012',
    message: 'PostgreSQL says: division by zero.',
    remedy: expect.any(String),
  })
  await expectUsable()
})

test('an error of the encoder before the first row', async () => {
  const task = {
    ...(await tasks.make('public.numbers')),
    partPath: join(tasks.folder, 'missing', 'part.parquet'),
  }
  await expectFailure(task, { origin: 'encoder', code: 'ENOENT' })
  await expectUsable()
})

test('an error of the encoder while the reader waits for it ends the copy', async () => {
  const task = {
    ...(await tasks.make('public.late_reject')),
    diagnosticsPath: join(tasks.folder, 'missing', 'd.json'),
  }
  await expectFailure(task, { origin: 'encoder', code: 'ENOENT' })
  await vi.waitFor(async () => expect(await readersAtWork()).toBe(0))
  await expectUsable()
})

test('a task that no thread can be told', async () => {
  const task = { ...(await tasks.make('public.numbers')), keyValues: { no: (() => {}) as unknown as string } }
  await expectFailure(task, { kind: 'DataCloneError' })
  await expectUsable()
})

test('an abort ends both threads and the copy on the server, and gives its reason', async () => {
  const task = await tasks.make('public.endless')
  const controller = new AbortController()
  const extracting = extract(task, controller.signal)
  const reason = new Error('stop it')
  setTimeout(() => controller.abort(reason), 300)
  await expect(extracting).rejects.toBe(reason)
  await vi.waitFor(async () => expect(await readersAtWork()).toBe(0))
  await expectNoFiles(task)
  await expectUsable()
})

test('an abort before the start starts nothing', async () => {
  const task = await tasks.make('public.endless')
  await expect(extract(task, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late')
  await expectNoFiles(task)
})

test('threads that die in the middle fail the slice, and the next one gets new threads', async () => {
  const task = await tasks.make('public.endless')
  const extracting = extract(task)
  await sleep(200)
  const failed = expect(extracting).rejects.toThrow(
    /^The (reader|encoder) thread failed: it ended with code 1$/,
  )
  await lane.close()
  await failed
  await expectNoFiles(task)
  await expectUsable()
})

test('what is proven is what lies on the disk', async () => {
  const task = await tasks.make('public.numbers')
  const { proof } = await extract(task)
  const leaves = task.mapping.outputs.map(({ leaf }) => leaf)
  const again = await readBack(task.partPath, leaves)
  expect(again.columns.map(({ digest }) => digest)).toEqual(proof.map(({ sent }) => sent.digest))
  expect(proof.map(({ sent }) => [sent.min, sent.max])).toEqual([
    ['1', '50000'],
    ['text 1', 'text 9999'],
  ])
  expect(proof.map(({ landed }) => landed)).toEqual(proof.map(({ sent }) => sent))
  const bytes = await readFile(task.partPath)
  bytes.fill(0, 100, 200)
  await writeFile(task.partPath, bytes)
  await expect(readBack(task.partPath, leaves)).rejects.toThrow()
})
