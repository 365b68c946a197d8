import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { MessageChannel } from 'node:worker_threads'
import { expect, test, vi } from 'vitest'
import { parseConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { planSlot } from '#source/postgres/wire/slot.ts'
import { LaneThread, ThreadDiedError } from './lane-thread.ts'
import { createRing } from './ring.ts'
import type { ExtractTask } from './task.ts'
import type { ToThread } from './worker/messages.ts'

type Task = Extract<ToThread, { type: 'task' }>

/** What no owner sends: the thread can't even tell what it is, and crashes. */
const CRASH = null as unknown as Parameters<LaneThread['tell']>[0]

test('a thread that crashes while it is idle is known to be dead, and ends nothing else', async () => {
  const thread = new LaneThread('encoder')
  expect(thread.isAlive).toBe(true)
  thread.tell(CRASH)
  await vi.waitFor(() => expect(thread.isAlive).toBe(false), { timeout: 5_000 })
  const { port1 } = new MessageChannel()
  await expect(thread.ask({ type: 'task', heaps: port1 } as Task)).rejects.toThrow(ThreadDiedError)
  await thread.close()
})

test('a task that can not be done is answered, and the thread goes on', async () => {
  const thread = new LaneThread('encoder')
  for (let round = 0; round < 2; round++) {
    const { port1 } = new MessageChannel()
    await expect(thread.ask({ type: 'task', heaps: port1 } as Task)).resolves.toMatchObject({
      type: 'failed',
    })
  }
  await thread.close()
})

test('a thread that crashes at work rejects with the reason of the crash', async () => {
  // A source that takes the call and says nothing keeps a reader busy.
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const called = once(server, 'connection')
  const source = parseConnectionTarget('Basic Authentication', {
    server: '127.0.0.1',
    port,
    database: 'd',
    username: 'u',
    password: 'p',
    sslMode: 'disable',
  })
  const { port1 } = new MessageChannel()
  const thread = new LaneThread('reader')
  const task = { source, snapshotId: '', sql: '', columns: [] } as unknown as ExtractTask
  const asked = thread.ask({ type: 'task', task, ring: createRing(planSlot([]), 1), heaps: port1 })
  const failed = expect(asked).rejects.toThrow(/^The reader thread failed: Cannot read properties of null/)
  const [socket] = (await called) as [Socket]
  socket.on('error', () => {})
  thread.tell(CRASH)
  await failed
  expect(thread.isAlive).toBe(false)
  server.close()
})
