import { at, database, type Failure, user } from './failure.ts'

/** The server knows us, and gives us no session, or none that is of use. */
export const SESSION_FAILURES = {
  DATABASE_NOT_FOUND: {
    stage: 'database',
    message: (facts) => `The database ${database(facts)} does not exist at ${at(facts)}.`,
    remedy: 'Correct the name of the database; its case matters.',
  },
  DATABASE_NOT_ALLOWED: {
    stage: 'database',
    message: (facts) => `User ${user(facts)} may not connect to database ${database(facts)}.`,
    remedy: (facts) =>
      `Run GRANT CONNECT ON DATABASE ${quoted(facts.target.database)} TO ${quoted(facts.target.username)}.`,
  },
  DATABASE_CLOSED: {
    stage: 'database',
    message: (facts) => `The database ${database(facts)} does not accept connections.`,
    remedy: (facts) => `Run ALTER DATABASE ${quoted(facts.target.database)} ALLOW_CONNECTIONS true.`,
  },
  DATABASE_INVALID: {
    stage: 'database',
    message: (facts) =>
      `The database ${database(facts)} is what a DROP DATABASE that was interrupted has left.`,
    remedy: 'Use another database; this one can only be dropped.',
  },
  ROLE_CONNECTION_LIMIT: {
    stage: 'database',
    mayPass: true,
    message: (facts) => `User ${user(facts)} has as many sessions as its limit allows.`,
    remedy: (facts) => `Raise the limit with ALTER ROLE ${quoted(facts.target.username)} CONNECTION LIMIT.`,
  },
  DATABASE_CONNECTION_LIMIT: {
    stage: 'database',
    mayPass: true,
    message: (facts) => `The database ${database(facts)} has as many sessions as its limit allows.`,
    remedy: (facts) =>
      `Raise the limit with ALTER DATABASE ${quoted(facts.target.database)} CONNECTION LIMIT.`,
  },
  SERVER_CONNECTION_LIMIT: {
    stage: 'database',
    mayPass: true,
    message: (facts) => `The server ${at(facts)} has no connection left: ${facts.detail}`,
    remedy: 'Close sessions that nobody needs.',
  },
  SERVER_STARTING_UP: {
    stage: 'database',
    mayPass: true,
    message: (facts) => `The server ${at(facts)} is starting up.`,
    remedy: 'Try again when it has started.',
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
    remedy: 'Try again when it has recovered.',
  },
  STANDBY_NOT_READABLE: {
    stage: 'database',
    message: (facts) => `The server ${at(facts)} is a standby that takes no sessions: ${facts.detail}`,
    remedy: 'Set hot_standby = on at the standby, and restart it.',
  },
  SERVER_UNAVAILABLE: {
    stage: 'database',
    mayPass: true,
    message: (facts) => `The server ${at(facts)} takes no sessions now: ${facts.detail}`,
    remedy: 'Try again when it has started or recovered.',
  },
  SESSION_TERMINATED: {
    stage: 'database',
    mayPass: true,
    message: (facts) => `The server ${at(facts)} ended the session of user ${user(facts)}: ${facts.detail}`,
    remedy: 'Ask the administrator of the server who or what ends sessions of this user.',
  },
  SESSION_LOST: {
    stage: 'database',
    mayPass: true,
    message: (facts) => `The session with ${at(facts)} broke off: ${facts.detail}`,
    remedy: 'Look into the log of the server for the reason.',
  },
  STATEMENT_TIMEOUT_TOO_SHORT: {
    stage: 'database',
    message: (facts) =>
      `The server ${at(facts)} cancels the statements of user ${user(facts)} before they have begun: ${facts.detail}`,
    remedy: (facts) => `Run ALTER ROLE ${quoted(facts.target.username)} SET statement_timeout = 0.`,
  },
  SERVER_TOO_OLD: {
    stage: 'database',
    message: (facts) =>
      `The server ${at(facts)} is PostgreSQL ${facts.detail}; the oldest that is read is 12.`,
    remedy: 'Upgrade the server.',
  },
  NOT_A_DATABASE: {
    stage: 'database',
    message: (facts) =>
      `${database(facts)} at ${at(facts)} is the console of a connection pooler and no database.`,
    remedy: 'Give the name of a database that is behind the pooler.',
  },
  POOLER_CANNOT_CONNECT: {
    stage: 'database',
    mayPass: true,
    message: (facts) =>
      `The pooler at ${at(facts)} got no connection to the server of database ${database(facts)}: ${facts.detail}`,
    remedy: 'Look into the log of the pooler; its server may be down, or its pool be full.',
  },
  SERVER_REFUSED: {
    stage: 'database',
    message: (facts) => `The server ${at(facts)} refuses the session: ${facts.detail}`,
    remedy: 'Look into the log of the server for more about it.',
  },
} as const satisfies Record<string, Failure>

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
