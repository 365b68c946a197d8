import pg from 'pg'

export interface DatabaseAddress {
  /** Folder of the unix socket. */
  host: string
  port: number
  user: string
  database: string
}

/** Makes the database when it is missing, and sets the password of the role when one is given. */
export async function prepareDatabase(address: DatabaseAddress, password: string | undefined): Promise<void> {
  const { host, port, user, database } = address
  const client = new pg.Client({ host, port, user, database: 'postgres', ssl: false })
  await client.connect()
  try {
    if (password !== undefined) await setPassword(client, user, password)
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database])
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`)
  } finally {
    await client.end()
  }
}

async function setPassword(client: pg.Client, user: string, password: string): Promise<void> {
  // A statement that fails is written to the server's log; this one must not be.
  await client.query('set log_min_error_statement = panic')
  // What the rules of access ask for; the default of 13 is md5.
  await client.query("set password_encryption = 'scram-sha-256'")
  await client.query(`alter role ${client.escapeIdentifier(user)} password ${client.escapeLiteral(password)}`)
}
