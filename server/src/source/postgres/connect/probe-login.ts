import { once } from 'node:events'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { guardSocket } from './guard-socket.ts'
import { openTransport } from './transport.ts'

/** Version 3.0 of the protocol. */
const PROTOCOL_VERSION = 3 << 16

/**
 * True when the server would go on to ask user and database of the target for credentials over TLS. It is told
 * their names, never the password, and its certificate need not prove anything.
 */
export async function probeLogin(target: ConnectionTarget, signal: AbortSignal): Promise<boolean> {
  const unverified = { ...target, tls: { ...target.tls, verifyChain: false, verifyName: false } }
  try {
    const { socket } = await openTransport(
      unverified,
      { encryption: 'tls', ifNotOffered: 'fail', nextAfter: [] },
      { signal },
    )
    const [answer] = await guardSocket(socket, signal, async () => {
      const first = once(socket, 'data')
      socket.write(startupMessage(target))
      return (await first) as [Buffer]
    })
    socket.on('error', () => {}).destroy()
    return answer[0] === 'R'.charCodeAt(0)
  } catch {
    return false
  }
}

function startupMessage({ username, database }: ConnectionTarget): Buffer {
  const body = Buffer.from(`user\0${username}\0database\0${database}\0\0`, 'utf8')
  const head = Buffer.alloc(8)
  head.writeInt32BE(head.length + body.length, 0)
  head.writeInt32BE(PROTOCOL_VERSION, 4)
  return Buffer.concat([head, body])
}
