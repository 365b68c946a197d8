import { at, type Failure, patience } from './failure.ts'

/** No conversation with a PostgreSQL server came about. */
export const NETWORK_FAILURES = {
  HOST_NOT_FOUND: {
    stage: 'resolve',
    mayPass: true,
    message: ({ target }) => `The host name "${target.host}" is not known to the DNS.`,
    remedy: 'Correct the name of the server to one that this machine can resolve.',
  },
  DNS_UNAVAILABLE: {
    stage: 'resolve',
    mayPass: true,
    message: ({ target }) => `The DNS did not answer for the host name "${target.host}".`,
    remedy: 'Check the DNS that this machine asks.',
  },
  CONNECTION_REFUSED: {
    stage: 'dial',
    mayPass: true,
    message: (facts) => `Nothing accepts connections at ${at(facts)}${facts.detail}.`,
    remedy: 'Check that PostgreSQL runs there and listens on that address and port (listen_addresses, port).',
  },
  HOST_UNREACHABLE: {
    stage: 'dial',
    mayPass: true,
    message: (facts) => `The network does not lead to ${at(facts)}${facts.detail}.`,
    remedy: 'Check the address, and the routes and firewalls between this machine and the server.',
  },
  CONNECT_TIMEOUT: {
    stage: 'dial',
    mayPass: true,
    message: (facts) => `${at(facts)} did not answer the call within ${patience(facts)}.`,
    remedy: 'Check the address, and the firewalls on the way, which may drop the packets.',
  },
  SERVER_SILENT: {
    stage: 'dial',
    mayPass: true,
    message: (facts) => `${at(facts)} accepted the call and then said nothing within ${patience(facts)}.`,
    remedy: 'Check that the server behind that port is alive; a proxy may accept calls for a dead one.',
  },
  CONNECTION_CLOSED: {
    stage: 'dial',
    mayPass: true,
    message: (facts) => `${at(facts)} accepted the call and hung up without a word.`,
    remedy:
      'Look into the log of the server, or of the proxy in front of it, for why it hangs up on this machine.',
  },
  CONNECTION_FAILED: {
    stage: 'dial',
    mayPass: true,
    message: (facts) => `The connection to ${at(facts)} failed: ${facts.detail}`,
    remedy: 'Check that a PostgreSQL server answers at this address.',
  },
  NOT_POSTGRESQL: {
    stage: 'dial',
    message: (facts) => `What answers at ${at(facts)} does not speak the protocol of PostgreSQL.`,
    remedy: 'Correct the port; the usual one of PostgreSQL is 5432.',
  },
} as const satisfies Record<string, Failure>
