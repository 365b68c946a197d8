import type { ConnectionTarget } from './connection-target.ts'
import type { SourceStage } from './source-error.ts'

/** What the sentences of a failure are made of. No secret. */
export interface FailureFacts {
  readonly target: ConnectionTarget
  /** What the server, TLS or the network said, or the names that a message needs; one line, with a full stop. */
  readonly detail: string
}

/** One way in which opening a session fails: where, why, and what to do. */
export interface Failure {
  readonly stage: SourceStage
  /** The same may work in a while without anybody doing anything. */
  readonly mayPass?: true
  readonly message: (facts: FailureFacts) => string
  readonly remedy: string | ((facts: FailureFacts) => string)
}

const at = ({ target }: FailureFacts): string => `${target.host}:${target.port}`
const user = ({ target }: FailureFacts): string => `"${target.username}"`
const database = ({ target }: FailureFacts): string => `"${target.database}"`

const NETWORK = {
  HOST_NOT_FOUND: {
    stage: 'resolve',
    mayPass: true,
    message: ({ target }) => `The host name "${target.host}" is not known to the DNS.`,
    remedy: 'Check the spelling of the server, and that this machine asks a DNS that knows it.',
  },
  DNS_UNAVAILABLE: {
    stage: 'resolve',
    mayPass: true,
    message: ({ target }) => `The DNS did not answer for the host name "${target.host}".`,
    remedy: 'Check the DNS of this machine, or give the address of the server instead of its name.',
  },
  CONNECTION_REFUSED: {
    stage: 'dial',
    mayPass: true,
    message: (facts) => `Nothing accepts connections at ${at(facts)}.`,
    remedy: 'Check server and port, and that PostgreSQL listens on that address (listen_addresses).',
  },
  HOST_UNREACHABLE: {
    stage: 'dial',
    mayPass: true,
    message: (facts) => `There is no way to ${at(facts)}: ${facts.detail}`,
    remedy: 'Check the address, and the route and the firewall between this machine and the server.',
  },
  CONNECT_TIMEOUT: {
    stage: 'dial',
    mayPass: true,
    message: (facts) =>
      `${at(facts)} did not answer the call within ${facts.target.connectTimeoutMs / 1000} seconds.`,
    remedy: 'Check the address and the firewall, which may drop packets, or raise the connection timeout.',
  },
  SERVER_SILENT: {
    stage: 'dial',
    mayPass: true,
    message: (facts) =>
      `${at(facts)} accepted the call and then said nothing within ${facts.target.connectTimeoutMs / 1000} seconds.`,
    remedy:
      'Check that the server behind it is alive (a proxy may accept calls for a dead one), or raise the connection timeout.',
  },
  CONNECTION_CLOSED: {
    stage: 'dial',
    mayPass: true,
    message: (facts) => `${at(facts)} accepted the call and hung up.`,
    remedy: 'Check that the server behind it is up and takes calls from this machine; its log may say why.',
  },
  CONNECTION_FAILED: {
    stage: 'dial',
    mayPass: true,
    message: (facts) => `The connection to ${at(facts)} failed: ${facts.detail}`,
    remedy: 'Check that a PostgreSQL server answers at this address, and try again.',
  },
  NOT_POSTGRESQL: {
    stage: 'dial',
    message: (facts) => `What answers at ${at(facts)} does not speak PostgreSQL's protocol.`,
    remedy: 'Check the port; 5432 is the usual one of PostgreSQL.',
  },
} as const satisfies Record<string, Failure>

const CERTIFICATE = 'Renew the certificate of the server; sslMode "require" encrypts without checking it.'

const TLS = {
  TLS_NOT_OFFERED: {
    stage: 'tls',
    message: (facts) => `The server ${at(facts)} does not offer TLS, but ${wanted(facts)} asks for it.`,
    remedy: 'Switch TLS on at the server (ssl = on), or choose sslMode "prefer" or "disable".',
  },
  TLS_INJECTED_BYTES: {
    stage: 'tls',
    message: (facts) => `${at(facts)} sent bytes before the TLS handshake, where none belong.`,
    remedy:
      'Somebody on the way may be tampering with the connection: look into the network before trying again.',
  },
  TLS_NEGOTIATION_ERROR: {
    stage: 'tls',
    mayPass: true,
    message: (facts) => `The server ${at(facts)} answered the request for TLS with an error.`,
    remedy: 'Look into the log of the server; it may be out of memory or processes.',
  },
  TLS_CLOSED: {
    stage: 'tls',
    message: (facts) => `The server ${at(facts)} hung up in the middle of the TLS handshake.`,
    remedy: 'Look into the log of the server, and check that no proxy on the way speaks TLS of its own.',
  },
  TLS_SELF_SIGNED: {
    stage: 'tls',
    message: (facts) =>
      `The certificate of ${at(facts)} is signed by itself, and not among the trusted roots.`,
    remedy:
      'Give that certificate as sslRootCertificate, or use sslMode "require" to encrypt without checking.',
  },
  TLS_UNKNOWN_AUTHORITY: {
    stage: 'tls',
    message: (facts) =>
      `The certificate of ${at(facts)} is signed by none of the trusted roots, but by ${facts.detail}.`,
    remedy:
      'Give the certificate of the authority that signed it as sslRootCertificate, or use sslMode "require".',
  },
  TLS_CERTIFICATE_EXPIRED: {
    stage: 'tls',
    message: (facts) => `The certificate of ${at(facts)} has expired: ${facts.detail}.`,
    remedy: CERTIFICATE,
  },
  TLS_CERTIFICATE_NOT_YET_VALID: {
    stage: 'tls',
    message: (facts) => `The certificate of ${at(facts)} is not valid yet: ${facts.detail}.`,
    remedy: 'Check the clocks of both machines and the dates of the certificate.',
  },
  TLS_CERTIFICATE_REVOKED: {
    stage: 'tls',
    message: (facts) => `The certificate of ${at(facts)} is on the revocation list: ${facts.detail}.`,
    remedy: 'Do not trust this server; give it a new certificate, or a revocation list that is up to date.',
  },
  TLS_REVOCATION_UNKNOWN: {
    stage: 'tls',
    message: () =>
      'sslRevocationList has no list of the authority that signed the certificate of the server.',
    remedy: 'Give a revocation list of each authority in the chain, or leave the parameter out.',
  },
  TLS_REVOCATION_LIST_EXPIRED: {
    stage: 'tls',
    message: ({ detail }) => `The revocation list in sslRevocationList is out of date: that of ${detail}.`,
    remedy: 'Give the newest list of the authority.',
  },
  TLS_NAME_MISMATCH: {
    stage: 'tls',
    message: ({ target, detail }) =>
      `The certificate of the server is for ${detail} and not for "${target.tls.expectedName ?? target.host}".`,
    remedy:
      'Use a name of the certificate as server, give it as sslHostName, or check the chain alone with sslMode "verify-ca".',
  },
  TLS_CERTIFICATE_WEAK: {
    stage: 'tls',
    message: (facts) =>
      `The certificate of ${at(facts)} has a key or a signature that is too weak: ${facts.detail}`,
    remedy: 'Give the server a certificate with an RSA key of at least 2048 bits or an elliptic one.',
  },
  TLS_CERTIFICATE_INVALID: {
    stage: 'tls',
    message: (facts) => `The certificate of ${at(facts)} is not accepted: ${facts.detail}.`,
    remedy: 'Check the certificate of the server and the roots in sslRootCertificate.',
  },
  TLS_VERSION_UNSUPPORTED: {
    stage: 'tls',
    message: (facts) => `The server ${at(facts)} and this one have no TLS version in common.`,
    remedy: 'Let the server speak TLS 1.2 or newer (ssl_min_protocol_version, ssl_max_protocol_version).',
  },
  TLS_DIRECT_UNSUPPORTED: {
    stage: 'tls',
    message: (facts) => `The server ${at(facts)} does not speak TLS without being asked first.`,
    remedy: 'Leave sslNegotiation out; direct TLS needs PostgreSQL 17 or newer.',
  },
  TLS_HANDSHAKE_FAILED: {
    stage: 'tls',
    message: (facts) => `The TLS handshake with ${at(facts)} failed: ${facts.detail}`,
    remedy: 'Check the TLS settings of the server, and that no proxy on the way breaks them.',
  },
  CLIENT_CERTIFICATE_UNTRUSTED: {
    stage: 'tls',
    message: (facts) =>
      `The server ${at(facts)} does not know the authority that signed our client certificate.`,
    remedy: 'Use a client certificate signed by an authority in the ssl_ca_file of the server.',
  },
  CLIENT_CERTIFICATE_EXPIRED: {
    stage: 'tls',
    message: (facts) => `The server ${at(facts)} says that our client certificate has expired.`,
    remedy: 'Renew the certificate in sslCertificate.',
  },
  CLIENT_CERTIFICATE_REVOKED: {
    stage: 'tls',
    message: (facts) => `The server ${at(facts)} says that our client certificate is revoked.`,
    remedy: 'Ask the owner of the server for a new client certificate.',
  },
  CLIENT_CERTIFICATE_REJECTED: {
    stage: 'tls',
    message: (facts) => `The server ${at(facts)} rejects our client certificate: ${facts.detail}`,
    remedy: 'Check sslCertificate against the ssl_ca_file and ssl_crl_file of the server.',
  },
} as const satisfies Record<string, Failure>

const HBA_HELP = 'Add a rule for this user, database and address to pg_hba.conf'

const LOGIN = {
  CLIENT_CERTIFICATE_REQUIRED: {
    stage: 'authenticate',
    message: (facts) => `The server ${at(facts)} asks user ${user(facts)} for a client certificate.`,
    remedy: 'Give sslCertificate and sslKey, signed by an authority that the server trusts, over TLS.',
  },
  CLIENT_CERTIFICATE_WRONG_USER: {
    stage: 'authenticate',
    message: (facts) => `Our client certificate is not for user ${user(facts)}.`,
    remedy: 'Use a certificate whose common name is the user, or map the name in pg_ident.conf.',
  },
  PASSWORD_REFUSED: {
    stage: 'authenticate',
    message: (facts) => `The server refuses the password of user ${user(facts)}.`,
    remedy:
      'Check user name and password; the server says the same for a user that it does not have and for a password that has expired.',
  },
  PASSWORD_MISSING: {
    stage: 'authenticate',
    message: (facts) => `The server asks user ${user(facts)} for a password, and none is given.`,
    remedy: 'Give the password.',
  },
  ROLE_NOT_FOUND: {
    stage: 'authenticate',
    message: (facts) => `The server has no role ${user(facts)}.`,
    remedy: 'Check the name of the user; its case matters.',
  },
  ROLE_MAY_NOT_LOGIN: {
    stage: 'authenticate',
    message: (facts) => `The role ${user(facts)} is not allowed to log in.`,
    remedy: (facts) =>
      `Run ALTER ROLE "${facts.target.username.replaceAll('"', '""')}" LOGIN, or use another user.`,
  },
  HBA_NO_ENTRY: {
    stage: 'authenticate',
    message: (facts) =>
      `No rule of the server lets user ${user(facts)} into database ${database(facts)} from this machine: ${facts.detail}`,
    remedy: `${HBA_HELP} and reload the server.`,
  },
  HBA_REJECTED: {
    stage: 'authenticate',
    message: (facts) =>
      `A rule of the server rejects user ${user(facts)} of database ${database(facts)}: ${facts.detail}`,
    remedy: 'Remove or reorder the "reject" rule in pg_hba.conf and reload the server.',
  },
  TLS_REQUIRED_BY_SERVER: {
    stage: 'authenticate',
    message: (facts) =>
      `The server lets user ${user(facts)} into database ${database(facts)} over TLS only, but ${wanted(facts)} asks for plaintext.`,
    remedy: 'Choose sslMode "require", or better "verify-full".',
  },
  TLS_FORBIDDEN_BY_SERVER: {
    stage: 'authenticate',
    message: (facts) =>
      `The server has no rule for user ${user(facts)} of database ${database(facts)} over TLS, which ${wanted(facts)} asks for.`,
    remedy: `${HBA_HELP} of type "host" or "hostssl", or choose sslMode "prefer" if plaintext is acceptable.`,
  },
  AUTH_METHOD_UNSUPPORTED: {
    stage: 'authenticate',
    message: (facts) => `The server asks for ${facts.detail}, which is not supported.`,
    remedy: 'Let the rule in pg_hba.conf ask this user for scram-sha-256, md5, password or cert.',
  },
  IDENT_FAILED: {
    stage: 'authenticate',
    message: (facts) =>
      `The server wants to know user ${user(facts)} from the operating system, which failed: ${facts.detail}`,
    remedy: 'Let the rule in pg_hba.conf ask for scram-sha-256 instead of ident or peer.',
  },
  AUTH_REFUSED: {
    stage: 'authenticate',
    message: (facts) => `The server refuses user ${user(facts)}: ${facts.detail}`,
    remedy: 'Check the role and the rules of pg_hba.conf for this user, database, address and encryption.',
  },
  CHANNEL_BINDING_FAILED: {
    stage: 'authenticate',
    message: (facts) => `The TLS connection that we see is not the one that the server ${at(facts)} sees.`,
    remedy:
      'Somebody between the two ends TLS: a proxy that has to be known as such (channelBinding "disable"), or an attacker.',
  },
  CHANNEL_BINDING_UNAVAILABLE: {
    stage: 'authenticate',
    message: (facts) =>
      `channelBinding is "require", but the server ${at(facts)} asks for ${facts.detail}, which can't be bound to TLS.`,
    remedy: 'Use TLS and a password stored as scram-sha-256, or leave channelBinding out.',
  },
  SERVER_NOT_AUTHENTIC: {
    stage: 'authenticate',
    message: (facts) =>
      `What answers at ${at(facts)} could not prove that it knows the password of user ${user(facts)}.`,
    remedy: 'Check the address: this may not be the server that it claims to be.',
  },
  LOGIN_CLOSED: {
    stage: 'authenticate',
    mayPass: true,
    message: (facts) => `The server ${at(facts)} hung up during the login of user ${user(facts)}.`,
    remedy: 'Look into the log of the server or of the proxy in front of it for the reason.',
  },
  LOGIN_PROTOCOL_ERROR: {
    stage: 'authenticate',
    message: (facts) => `The server ${at(facts)} broke the protocol during the login: ${facts.detail}`,
    remedy:
      'Check that a PostgreSQL server answers at this address, and that no proxy on the way alters its messages.',
  },
} as const satisfies Record<string, Failure>

const SESSION = {
  DATABASE_NOT_FOUND: {
    stage: 'database',
    message: (facts) => `The database ${database(facts)} does not exist.`,
    remedy: 'Check the name of the database; its case matters.',
  },
  DATABASE_NOT_ALLOWED: {
    stage: 'database',
    message: (facts) => `User ${user(facts)} may not connect to database ${database(facts)}.`,
    remedy: (facts) =>
      `Run GRANT CONNECT ON DATABASE "${facts.target.database.replaceAll('"', '""')}" TO "${facts.target.username.replaceAll('"', '""')}".`,
  },
  DATABASE_CLOSED: {
    stage: 'database',
    message: (facts) => `The database ${database(facts)} does not accept connections.`,
    remedy: 'Use another database, or let it accept them: ALTER DATABASE … ALLOW_CONNECTIONS true.',
  },
  ROLE_CONNECTION_LIMIT: {
    stage: 'database',
    mayPass: true,
    message: (facts) => `User ${user(facts)} has as many connections as its limit allows.`,
    remedy: 'Raise the limit of the role (ALTER ROLE … CONNECTION LIMIT), or close other sessions of it.',
  },
  DATABASE_CONNECTION_LIMIT: {
    stage: 'database',
    mayPass: true,
    message: (facts) => `Database ${database(facts)} has as many connections as its limit allows.`,
    remedy: 'Raise the limit of the database (ALTER DATABASE … CONNECTION LIMIT), or close other sessions.',
  },
  SERVER_CONNECTION_LIMIT: {
    stage: 'database',
    mayPass: true,
    message: (facts) => `The server ${at(facts)} has no connection left: ${facts.detail}`,
    remedy: 'Raise max_connections, put a pooler in front of other clients, or try again later.',
  },
  SERVER_STARTING_UP: {
    stage: 'database',
    mayPass: true,
    message: (facts) => `The server ${at(facts)} is starting up.`,
    remedy: 'Wait until it has started, and try again.',
  },
  SERVER_SHUTTING_DOWN: {
    stage: 'database',
    mayPass: true,
    message: (facts) => `The server ${at(facts)} is shutting down.`,
    remedy: 'Try again when it runs.',
  },
  SERVER_RECOVERING: {
    stage: 'database',
    mayPass: true,
    message: (facts) => `The server ${at(facts)} is recovering and takes no sessions yet: ${facts.detail}`,
    remedy: 'Wait until the recovery has reached a consistent state, and try again.',
  },
  STANDBY_NOT_READABLE: {
    stage: 'database',
    message: (facts) => `The server ${at(facts)} is a standby that takes no sessions: ${facts.detail}`,
    remedy: 'Set hot_standby = on at the standby, or connect to the primary.',
  },
  SERVER_UNAVAILABLE: {
    stage: 'database',
    mayPass: true,
    message: (facts) => `The server ${at(facts)} takes no sessions now: ${facts.detail}`,
    remedy: 'Wait until the server has started or recovered, and try again.',
  },
  SESSION_TERMINATED: {
    stage: 'database',
    mayPass: true,
    message: (facts) => `The server ended the session of user ${user(facts)}: ${facts.detail}`,
    remedy:
      'Somebody or a rule of the server ended it; try again, and look into its log if it happens again.',
  },
  SERVER_TOO_OLD: {
    stage: 'database',
    message: (facts) => `The server ${at(facts)} is PostgreSQL ${facts.detail}.`,
    remedy: 'Upgrade the server; PostgreSQL 12 is the oldest that is read.',
  },
  NOT_A_DATABASE: {
    stage: 'database',
    message: (facts) => `${database(facts)} is the console of a connection pooler and no database.`,
    remedy: 'Give the name of a database.',
  },
  SERVER_REFUSED: {
    stage: 'database',
    message: (facts) => `The server ${at(facts)} refuses the session: ${facts.detail}`,
    remedy: 'See the code in the PostgreSQL manual, appendix A, and the log of the server.',
  },
} as const satisfies Record<string, Failure>

/** Every way in which opening a session is known to fail. The names are part of the API. */
export const FAILURES = Object.freeze({ ...NETWORK, ...TLS, ...LOGIN, ...SESSION })

export type FailureCode = keyof typeof FAILURES

function wanted({ target }: FailureFacts): string {
  return `sslMode "${target.tls.mode}"`
}
