import { parentPort } from 'node:worker_threads'
import { describeFailure, type FromThread, type ToThread } from './messages.ts'

type TaskMessage = Extract<ToThread, { type: 'task' }>

/** Makes this thread one of a lane's: every task gets one answer, and `abort` ends the one at hand. */
export function serveTasks(work: (message: TaskMessage, signal: AbortSignal) => Promise<FromThread>): void {
  const port = parentPort
  if (port === null) throw new Error('this is the entry of a worker thread')
  let running = new AbortController()
  const answer = async (message: TaskMessage): Promise<void> => {
    running = new AbortController()
    try {
      port.postMessage(await work(message, running.signal))
    } catch (error) {
      port.postMessage({ type: 'failed', failure: describeFailure(error) } satisfies FromThread)
    } finally {
      message.heaps.close()
    }
  }
  port.on('message', (message: ToThread) => {
    if (message.type === 'abort') running.abort()
    else void answer(message)
  })
}
