import { closeSync, openSync, writeSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { mergeAndProve } from './merge-and-prove.ts'
import type { MergeTask } from './merge-messages.ts'

/** Entry of the thread that merges files: one task, one answer. */
const task = workerData as MergeTask
const file = openSync(task.targetPath, 'wx')

const write = (bytes: Uint8Array): void => {
  for (let written = 0; written < bytes.byteLength; ) written += writeSync(file, bytes, written)
}

parentPort?.postMessage(await mergeAndProve(task, { write, close: () => closeSync(file) }))
