import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { QueryBusyError, QueryError, QueryTimeoutError } from './query-error.ts'
import { createQueryProcesses, type QueryProcesses } from './query-processes.ts'

let queries: QueryProcesses

beforeAll(() => {
  queries = createQueryProcesses()
})

afterAll(() => queries[Symbol.asyncDispose]())

const query = (sql: string, more: { timeoutMs?: number; signal?: AbortSignal; maxRows?: number } = {}) =>
  queries.run({ sql, tables: [], maxRows: 10, timeoutMs: 30_000, ...more })
const ANSWER = { rows: [['1']], truncated: false }

describe('queries in processes of their own', { timeout: 60_000 }, () => {
  it('answer as they do in this one', async () => {
    expect(await query('select 1::bigint as a')).toEqual({
      columns: [{ name: 'a', type: 'BIGINT' }],
      ...ANSWER,
    })
    await expect(query('selec 1')).rejects.toThrow(QueryError)
    await expect(query("select * from read_text('/etc/passwd')")).rejects.toThrow('is not allowed')
    expect(await query('select 1::bigint')).toMatchObject(ANSWER)
  })

  // None of these look up before they are done.
  it.each([
    ['patterns that are tried in all ways', "select repeat('a', 100000) glob '*a*a*a*a*a*a*b'"],
    ['distances of long texts', "select levenshtein(repeat('a', 300000), repeat('b', 300000))"],
    ['joins without an end', 'select count(*) from range(1000000) a, range(1000000) b, range(1000000) c'],
    [
      'recursion without an end',
      'with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n',
    ],
    ['sleep', 'select sleep_ms(600000)'],
  ])('%s are stopped when their time is over', async (_what, sql) => {
    const running = query(sql, { timeoutMs: 200 })
    await expect(running).rejects.toThrow(QueryTimeoutError)
    await expect(running).rejects.toThrow('stopped after 200 ms')
    expect(await query('select 1::bigint')).toMatchObject(ANSWER)
  })

  it.each([
    ['lists', 'select len(range(1000000000))'],
    ['texts', "select length(repeat('x', 2000000000) || repeat('y', 2000000000))"],
    ['aggregates', "select length(string_agg(repeat('x', 1000000), '')) from range(100000)"],
    ['sorts', 'select list_sort(range(100000000))'],
    ['paddings', "select length(lpad('x', 2000000000, 'y')), length(rpad('x', 2000000000, 'y'))"],
  ])('%s that take all memory take that of their process', async (_what, sql) => {
    const before = process.memoryUsage.rss()
    await expect(query(sql)).rejects.toThrow(QueryError)
    expect(process.memoryUsage.rss() - before).toBeLessThan(300_000_000)
    expect(await query('select 1::bigint')).toMatchObject(ANSWER)
  })

  it.each([
    ['the engine', 'select list(i) from range(100000000) t(i)'],
    ['the process', "select length(string_agg(repeat('x', 1000000), '')) from range(100000)"],
  ])('where the memory of %s is over, it says what to do', async (_what, sql) => {
    await expect(query(sql)).rejects.toThrow(/needs more memory.*add a LIMIT/)
  })

  it('an answer holds so much and no more', async () => {
    const { rows, truncated } = await query("select repeat('x', 10000000) from range(5)")
    expect([rows.length, truncated]).toEqual([3, true])
    await expect(query("select repeat('x', 40000000)")).rejects.toThrow('a row is larger than 32 MB')
  })

  it('stop at once when nobody waits for them any more', async () => {
    const controller = new AbortController()
    const running = query("select repeat('a', 100000) glob '*a*a*a*a*a*a*b'", { signal: controller.signal })
    setTimeout(() => controller.abort(new Error('gone')), 100)
    await expect(running).rejects.toThrow('gone')
    await expect(query('select 1', { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow(
      'before',
    )
  })

  it('run a few at once, wait in turn, and are refused when too many wait', async () => {
    const own = createQueryProcesses()
    const ask = (sql: string, signal?: AbortSignal) =>
      own.run({ sql, tables: [], maxRows: 1, timeoutMs: 60_000, signal })
    const controller = new AbortController()
    const blocking = Array.from({ length: 4 }, () => ask('select sleep_ms(600000)', controller.signal))
    const impatient = new AbortController()
    const left = ask('select 1::bigint', impatient.signal)
    const waiting = Array.from({ length: 31 }, () => ask('select 1::bigint'))
    await expect(ask('select 1')).rejects.toThrow(QueryBusyError)
    impatient.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    controller.abort(new Error('over'))
    const stopped = await Promise.allSettled(blocking)
    expect(stopped.every(({ status }) => status === 'rejected')).toBe(true)
    expect(await Promise.all(waiting)).toHaveLength(31)
    await own[Symbol.asyncDispose]()
  })

  it('see nothing of the environment of the server', async () => {
    vi.stubEnv('HEADWATER_SECRET', 'not for queries')
    const own = createQueryProcesses()
    const answers = ["select getenv('HEADWATER_SECRET')", "select current_setting('allowed_paths')"].map(
      (sql) => own.run({ sql, tables: [], maxRows: 1, timeoutMs: 10_000 }),
    )
    for (const answer of await Promise.allSettled(answers)) expect(answer.status).toBe('rejected')
    await own[Symbol.asyncDispose]()
    vi.unstubAllEnvs()
  })
})
