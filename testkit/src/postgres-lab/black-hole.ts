import { spawn } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** An address of 127.0.0.1 where a connection is neither accepted nor refused, as behind a firewall that drops. */
export interface BlackHole extends AsyncDisposable {
  readonly host: string
  readonly port: number
}

/** Listens, says where, and sleeps on: nothing that waits in its queue is ever accepted. Ends with its parent. */
const SLEEPER = `
  const parent = process.ppid
  const server = require('node:net').createServer()
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    require('node:fs').writeSync(1, String(server.address().port))
    const cell = new Int32Array(new SharedArrayBuffer(4))
    while (process.ppid === parent) Atomics.wait(cell, 0, 0, 500)
    process.exit()
  })`

/** How long an answer of loopback may take; what takes longer is not coming. */
const ANSWER_MS = 250
const MOST_WAITING = 32

/**
 * Opens one: a process whose queue of connections is kept full.
 * @throws Error when this machine's queue has no end.
 */
export async function openBlackHole(): Promise<BlackHole> {
  const child = spawn(process.execPath, ['-e', SLEEPER], { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = Number(String(await new Promise<Buffer>((resolve) => child.stdout.once('data', resolve))))
  const waiting: Socket[] = []
  const dispose = async (): Promise<void> => {
    for (const socket of waiting) socket.destroy()
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) {
      await new Promise((resolve) => child.once('exit', resolve))
    }
  }
  for (let isFull = false; !isFull; ) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    waiting.push(socket)
    isFull = !(await answers(socket))
    if (isFull || waiting.length < MOST_WAITING) continue
    await dispose()
    throw new Error('The queue of connections takes more than it was to take.')
  }
  return { host: '127.0.0.1', port, [Symbol.asyncDispose]: dispose }
}

async function answers(socket: Socket): Promise<boolean> {
  const timer = new AbortController()
  const late = sleep(ANSWER_MS, false, { signal: timer.signal }).catch(() => false)
  const connected = new Promise<boolean>((resolve) => socket.once('connect', () => resolve(true)))
  try {
    return await Promise.race([connected, late])
  } finally {
    timer.abort()
  }
}
