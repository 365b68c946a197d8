import { writeFileSync } from 'node:fs'
import { createDuckDb } from '#lake/query/duckdb.ts'
import { runQuery } from '#lake/query/run-query.ts'
import type { QueryAnswer, QueryTask } from './query-messages.ts'

/*
 * The process in which queries of users run, one after another. It has no environment, opens the files of a query and
 * nothing else, and is killed for any reason: nothing is lost with it.
 */

const MEMORY_LIMIT_BYTES = 1024 * 1024 * 1024
const WATCH_INTERVAL_MS = 20

/** The engine's own limit does not know all that its functions allocate. */
function watchMemory(): void {
  setInterval(() => {
    if (process.memoryUsage.rss() > MEMORY_LIMIT_BYTES) process.kill(process.pid, 'SIGKILL')
  }, WATCH_INTERVAL_MS).unref()
}

/** Where memory runs out between two looks, it is this process that has to go. Linux alone can be told. */
function offerToKernel(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000')
  } catch {
    // There is no such file elsewhere, and nothing depends on it.
  }
}

async function answer(task: QueryTask): Promise<QueryAnswer> {
  await using duck = createDuckDb()
  try {
    return { result: await runQuery(duck, task) }
  } catch (error) {
    const { name, message } = error as Error
    return { error: { name, message } }
  }
}

watchMemory()
offerToKernel()
process.on('message', async (task: QueryTask) => void process.send?.(await answer(task)))
// The server is gone, and with it whoever waits for an answer; the engine's threads would hold an orderly end up.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
