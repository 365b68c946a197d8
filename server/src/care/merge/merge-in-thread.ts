import { Worker } from 'node:worker_threads'
import type { DataFileSummary } from '#lake/iceberg/data-file.ts'
import type { MergeAnswer, MergeTask } from './merge-messages.ts'

/** Files could not be made one; they stay as they are. */
export class MergeRefusedError extends Error {
  override readonly name = 'MergeRefusedError'
}

/**
 * Merges files in a thread of its own, which ends with it: encoding takes its time, and requests are to be answered
 * meanwhile. @throws MergeRefusedError; the signal's reason
 */
export async function mergeInThread(task: MergeTask, signal?: AbortSignal): Promise<DataFileSummary> {
  signal?.throwIfAborted()
  const worker = new Worker(new URL('./merge-thread.ts', import.meta.url), {
    name: 'headwater-merge',
    workerData: task,
  })
  const { promise, resolve, reject } = Promise.withResolvers<MergeAnswer>()
  const onAbort = (): void => reject(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  worker.on('message', resolve)
  worker.on('error', reject)
  worker.on('exit', (code) => reject(new Error(`The thread that merges files ended with code ${code}.`)))
  try {
    const answer = await promise
    if (answer.kind === 'merged') return answer.summary
    throw new MergeRefusedError(`Files can't be made one, and stay as they are: ${answer.reason}.`)
  } finally {
    signal?.removeEventListener('abort', onAbort)
    await worker.terminate()
  }
}
