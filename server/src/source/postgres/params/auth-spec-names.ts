/** The names under which clients send the two forms of authentication, and an old alias of the first. */
export const AUTH_SPEC_NAMES = Object.freeze({
  connectionString: 'Connection String Based Authentication',
  basic: 'Basic Authentication',
  connectionStringAlias: 'Basic Authentication for PostgreSQL',
})
