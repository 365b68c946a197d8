import { connect, type Socket } from 'node:net'
import type { Upstream } from '../postgres-lab/proxies.ts'
import { serve, type WireServer } from '../postgres-lab/wire-servers.ts'

/** A way to a PostgreSQL server on which things can go wrong. */
export interface ChaoticProxy extends WireServer {
  /** Breaks all connections that there are. */
  cut(): void
  /** Nothing gets through in either direction, and nobody is told, until it is called with false. */
  silence(isSilent: boolean): void
  /** Through the connections that there are nothing comes any more, and nobody is told; new ones are as ever. */
  lose(): void
  /** What the server sends arrives later by that. */
  delay(ms: number): void
  /** The next copy ends after that many bytes of its answer, with a broken connection. */
  truncateNext(bytes: number): void
}

export type Sighting = 'snapshot' | 'copy'

/** A proxy in front of a server, which tells when a planner takes its snapshot and when a copy begins. */
export async function chaoticProxy(
  upstream: Upstream,
  onSight: (what: Sighting) => void,
): Promise<ChaoticProxy> {
  const links = new Set<Link>()
  const mood: Mood = { isSilent: false, delayMs: 0, truncateAfter: undefined }
  const server = await serve((client) => {
    const link = new Link(client, connect(upstream.port, upstream.host), { mood, onSight })
    links.add(link)
    client.on('close', () => links.delete(link))
  })
  return {
    ...server,
    cut() {
      for (const link of links) link.break()
    },
    silence(isSilent) {
      mood.isSilent = isSilent
      for (const link of links) link.follow()
    },
    lose() {
      for (const link of links) link.lose()
    },
    delay(ms) {
      mood.delayMs = ms
    },
    truncateNext(bytes) {
      mood.truncateAfter = bytes
    },
  }
}

interface Mood {
  isSilent: boolean
  delayMs: number
  truncateAfter: number | undefined
}

interface Surroundings {
  readonly mood: Mood
  readonly onSight: (what: Sighting) => void
}

/** One connection through the proxy. */
class Link {
  readonly #client: Socket
  readonly #server: Socket
  readonly #mood: Mood
  #order = Promise.resolve()
  #isLost = false
  /** Bytes of a copy that may still pass; undefined: all. */
  #left: number | undefined

  constructor(client: Socket, server: Socket, { mood, onSight }: Surroundings) {
    this.#client = client
    this.#server = server
    this.#mood = mood
    client.on('data', (bytes: Buffer) => this.#fromClient(bytes, onSight))
    server.on('data', (bytes: Buffer) => this.#fromServer(bytes))
    for (const socket of [client, server]) {
      socket.on('error', () => this.break())
      socket.on('close', () => this.#end())
    }
    this.follow()
  }

  break(): void {
    this.#client.resetAndDestroy()
    this.#server.destroy()
  }

  lose(): void {
    this.#isLost = true
    this.follow()
  }

  follow(): void {
    for (const socket of [this.#client, this.#server]) {
      if (this.#mood.isSilent || this.#isLost) socket.pause()
      else socket.resume()
    }
  }

  #fromClient(bytes: Buffer, onSight: Surroundings['onSight']): void {
    if (bytes.includes('pg_export_snapshot')) onSight('snapshot')
    if (bytes.includes('copy (')) {
      onSight('copy')
      this.#left = this.#mood.truncateAfter
      this.#mood.truncateAfter = undefined
    }
    this.#server.write(bytes)
  }

  #fromServer(bytes: Buffer): void {
    const passed = this.#left === undefined ? bytes : bytes.subarray(0, this.#left)
    const isCut = this.#left !== undefined && bytes.length >= this.#left
    if (this.#left !== undefined) this.#left -= passed.length
    const { delayMs } = this.#mood
    this.#order = this.#order.then(async () => {
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
      this.#client.write(passed)
      if (isCut) this.break()
    })
  }

  /** What one side said last still reaches the other. */
  #end(): void {
    void this.#order.then(() => {
      this.#client.destroySoon()
      this.#server.destroySoon()
    })
  }
}
