import { connect } from 'node:net'
import type { Upstream } from './proxies.ts'
import { serve, type WireServer } from './wire-servers.ts'

/** Leads each connection to the next of several servers, as a balancer in front of replicas does. */
export function spreadingProxy(upstreams: readonly Upstream[]): Promise<WireServer> {
  let count = 0
  return serve((client) => {
    const { host, port } = upstreams[count++ % upstreams.length] ?? { host: '', port: 0 }
    const server = connect(port, host)
    client.pipe(server).pipe(client)
    server.on('error', () => client.destroy())
    client.on('close', () => server.destroy())
  })
}
