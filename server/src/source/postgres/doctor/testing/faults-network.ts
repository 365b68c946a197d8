import { openBlackHole } from '@headwater/testkit/postgres-lab/black-hole.ts'
import {
  freePort,
  serveHangUp,
  serveHttp,
  serveSilence,
} from '@headwater/testkit/postgres-lab/wire-servers.ts'
import type { Fault } from './fault.ts'
import { injected, targetAt } from './fault-lab.ts'

const LONG_LABEL = `${'a'.repeat(64)}.headwater.test`
/** The broadcast address of loopback, to which no connection leads. */
const NOWHERE = '127.255.255.255'

/** No conversation comes about. */
export const NETWORK_FAULTS: readonly Fault[] = [
  {
    name: 'a host name that no DNS can know',
    code: 'HOST_NOT_FOUND',
    stage: 'resolve',
    quotes: () => [LONG_LABEL],
    inject: async () => injected(targetAt({ host: LONG_LABEL, port: 5432 })),
  },
  {
    name: 'a port that nobody listens on',
    code: 'CONNECTION_REFUSED',
    stage: 'dial',
    quotes: ({ host, port }) => [`${host}:${port}`],
    inject: async () => injected(targetAt({ host: '127.0.0.1', port: await freePort() })),
  },
  {
    name: 'an address that no route leads to',
    code: 'HOST_UNREACHABLE',
    stage: 'dial',
    quotes: () => [`${NOWHERE}:5432`, 'ENETUNREACH'],
    inject: async () => injected(targetAt({ host: NOWHERE, port: 5432 })),
  },
  {
    name: 'a firewall that drops the packets',
    code: 'CONNECT_TIMEOUT',
    stage: 'dial',
    isSilent: true,
    quotes: ({ host, port }) => [`${host}:${port}`, '1 second'],
    inject: async () => {
      const hole = await openBlackHole()
      return injected(targetAt(hole, { timeoutMs: 1_000, mode: 'prefer' }), hole)
    },
  },
  {
    name: 'a server that accepts calls and says nothing',
    code: 'SERVER_SILENT',
    stage: 'dial',
    isSilent: true,
    quotes: ({ host, port }) => [`${host}:${port}`, '0.5 seconds'],
    inject: async () => {
      const server = await serveSilence()
      return injected(targetAt(server, { timeoutMs: 500, mode: 'prefer' }), server)
    },
  },
  {
    name: 'a server that accepts calls and hangs up',
    code: 'CONNECTION_CLOSED',
    stage: 'dial',
    quotes: ({ host, port }) => [`${host}:${port}`],
    inject: async () => {
      const server = await serveHangUp()
      return injected(targetAt(server), server)
    },
  },
  {
    name: 'a web server on the port',
    code: 'NOT_POSTGRESQL',
    stage: 'dial',
    quotes: ({ host, port }) => [`${host}:${port}`],
    inject: async () => {
      const server = await serveHttp()
      return injected(targetAt(server, { mode: 'require' }), server)
    },
  },
]
