import type { Socket } from 'node:net'

/* The program as a child of a command: it ends, as on SIGTERM, when whoever started it is gone. */
const parent = process.stdin as Socket
const end = (): void => void process.kill(process.pid, 'SIGTERM')
parent.on('end', end).on('error', end).resume()
// Waiting for that is no reason to stay when the program has nothing else to do.
parent.unref()

await import('@headwater/server/boot/main.ts')
