import { at, database, type Failure, patience, tlsMode, user } from './failure.ts'

const ADD_RULE = 'Add a rule for this user, database and address to pg_hba.conf'

/** The server did not let us in. */
export const LOGIN_FAILURES = {
  CLIENT_CERTIFICATE_REQUIRED: {
    stage: 'authenticate',
    message: (facts) => `The server ${at(facts)} asks user ${user(facts)} for a client certificate.`,
    remedy: 'Give sslCertificate and sslKey, signed by an authority that the server trusts.',
  },
  CLIENT_CERTIFICATE_WRONG_USER: {
    stage: 'authenticate',
    message: (facts) => `The client certificate${facts.detail} is not for user ${user(facts)}.`,
    remedy: (facts) => `Give a client certificate whose common name is ${user(facts)}.`,
  },
  PASSWORD_REFUSED: {
    stage: 'authenticate',
    message: (facts) => `The server ${at(facts)} refuses the password of user ${user(facts)}.`,
    remedy:
      'Correct user name and password; a server says the same of a user that it does not have and of a password that has expired.',
  },
  PASSWORD_MISSING: {
    stage: 'authenticate',
    message: (facts) => `The server ${at(facts)} asks user ${user(facts)} for a password, and none is given.`,
    remedy: 'Give the password.',
  },
  ROLE_NOT_FOUND: {
    stage: 'authenticate',
    message: (facts) => `The server ${at(facts)} has no role ${user(facts)}.`,
    remedy: 'Correct the name of the user; its case matters.',
  },
  ROLE_MAY_NOT_LOGIN: {
    stage: 'authenticate',
    message: (facts) => `The role ${user(facts)} is not allowed to log in.`,
    remedy: (facts) => `Run ALTER ROLE "${facts.target.username.replaceAll('"', '""')}" LOGIN.`,
  },
  HBA_NO_ENTRY: {
    stage: 'authenticate',
    message: (facts) =>
      `No rule of the server lets user ${user(facts)} into database ${database(facts)} from this machine: ${facts.detail}`,
    remedy: `${ADD_RULE}, and reload the server.`,
  },
  HBA_REJECTED: {
    stage: 'authenticate',
    message: (facts) =>
      `A rule of the server rejects user ${user(facts)} of database ${database(facts)}: ${facts.detail}`,
    remedy: `${ADD_RULE} above the one that rejects, and reload the server.`,
  },
  HBA_REFUSED: {
    stage: 'authenticate',
    message: (facts) =>
      `The rules of the server do not let user ${user(facts)} into database ${database(facts)} from this machine: ${facts.detail}`,
    remedy: `${ADD_RULE} above those that reject, and reload the server.`,
  },
  TLS_REQUIRED_BY_SERVER: {
    stage: 'authenticate',
    message: (facts) =>
      `The server lets user ${user(facts)} into database ${database(facts)} over TLS only, and ${tlsMode(facts)} never uses it.`,
    remedy: 'Choose sslMode "require", or a stronger one.',
  },
  TLS_FORBIDDEN_BY_SERVER: {
    stage: 'authenticate',
    message: (facts) =>
      `The server does not let user ${user(facts)} into database ${database(facts)} over TLS, which ${tlsMode(facts)} demands: ${facts.detail}`,
    remedy: `${ADD_RULE} that is of type "host" or "hostssl", and reload the server.`,
  },
  AUTH_METHOD_UNSUPPORTED: {
    stage: 'authenticate',
    message: (facts) =>
      `The server ${at(facts)} asks user ${user(facts)} for ${facts.detail}, which is not supported.`,
    remedy: 'Let the rule for this user in pg_hba.conf ask for scram-sha-256.',
  },
  SCRAM_TOO_COSTLY: {
    stage: 'authenticate',
    message: (facts) =>
      `The server ${at(facts)} wants the password of user ${user(facts)} to be hashed more often than this one is ready to: ${facts.detail}`,
    remedy: 'Lower scram_iterations at the server, and set the password of the user again.',
  },
  IDENT_FAILED: {
    stage: 'authenticate',
    message: (facts) =>
      `The server ${at(facts)} wants to hear from the operating system that this is user ${user(facts)}, and does not: ${facts.detail}`,
    remedy: 'Let the rule for this user in pg_hba.conf ask for scram-sha-256 instead of ident or peer.',
  },
  AUTH_REFUSED: {
    stage: 'authenticate',
    message: (facts) => `The server ${at(facts)} refuses user ${user(facts)}: ${facts.detail}`,
    remedy: 'Check the role, and the rule in pg_hba.conf that it comes under.',
  },
  CHANNEL_BINDING_FAILED: {
    stage: 'authenticate',
    message: (facts) => `The TLS connection seen here is not the one that the server ${at(facts)} sees.`,
    remedy:
      'Find out who ends TLS on the way: an attacker, or a proxy, which has to be declared with channelBinding "disable".',
  },
  CHANNEL_BINDING_UNAVAILABLE: {
    stage: 'authenticate',
    message: (facts) =>
      `channelBinding is "require", but the server ${at(facts)} asks for ${facts.detail}, which can't be bound to TLS.`,
    remedy: 'Let the server ask for scram-sha-256 over TLS.',
  },
  SERVER_NOT_AUTHENTIC: {
    stage: 'authenticate',
    message: (facts) =>
      `What answers at ${at(facts)} could not prove that it knows the password of user ${user(facts)}.`,
    remedy: 'Check the address; this may not be the server that it claims to be.',
  },
  LOGIN_CLOSED: {
    stage: 'authenticate',
    mayPass: true,
    message: (facts) => `The server ${at(facts)} hung up during the login of user ${user(facts)}.`,
    remedy: 'Look into the log of the server, or of the proxy in front of it, for the reason.',
  },
  LOGIN_TIMEOUT: {
    stage: 'authenticate',
    mayPass: true,
    message: (facts) =>
      `The server ${at(facts)} did not finish the login of user ${user(facts)} within ${patience(facts)}.`,
    remedy: 'Look into the log of the server, or of the pooler in front of it, for what it waits for.',
  },
  LOGIN_PROTOCOL_ERROR: {
    stage: 'authenticate',
    message: (facts) => `The server ${at(facts)} broke the protocol during the login: ${facts.detail}`,
    remedy: 'Check that a PostgreSQL server answers at this address, and no proxy alters its messages.',
  },
} as const satisfies Record<string, Failure>
