import type { Connection as ApiConnection } from '@headwater/contract/flow-service/connections.ts'

export type Connection = ApiConnection

/** Parameters as they are shown: secrets are masks. */
export function paramsOf({ auth }: Connection): Readonly<Record<string, unknown>> {
  return (auth?.params ?? {}) as Readonly<Record<string, unknown>>
}

/** `shop at db.example.com:5432`; a connection string is a secret as a whole. */
export function placeOf(connection: Connection): string {
  const { server, port = 5432, database } = paramsOf(connection)
  if (server === undefined) return 'by connection string'
  return `${String(database ?? '')} at ${String(server)}:${String(port)}`
}

export function userOf(connection: Connection): string {
  return String(paramsOf(connection)['username'] ?? '–')
}
