import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { type Auth, targetOf } from './auth-params.ts'
import { findConnection } from './connection-store.ts'
import type { FlowServiceDependencies } from './dependencies.ts'
import { compact } from './entity-document.ts'
import { CONNECTIONS } from './entity-kinds.ts'
import { FlowProblem, notFound } from './problems.ts'

/** Says whether a session with the source can be opened, and if not, at which stage it failed and why. */
export async function testConnection(
  { db, keyring, source }: FlowServiceDependencies,
  scope: Scope,
  id: string,
): Promise<JsonObject> {
  const connection = await findConnection(db, keyring, scope, id)
  if (connection === undefined) throw notFound(CONNECTIONS.name, id)
  // The lake is part of this server: who gets an answer has reached it.
  if (connection.auth === undefined) return { result: true }
  const { ok, code, stage, message, remedy, serverVersion } = await testAuth(source, connection.auth)
  return compact({ result: ok, code, stage, message, remedy, serverVersion })
}

/** A draft may hold parameters that lead nowhere; that is a failed test, not a bad request. */
async function testAuth(source: FlowServiceDependencies['source'], auth: Auth) {
  try {
    return await source.testConnection(targetOf(auth))
  } catch (error) {
    if (!(error instanceof FlowProblem)) throw error
    return {
      ok: false,
      message: error.message,
      remedy: 'Complete auth.params.',
      code: undefined,
      stage: undefined,
      serverVersion: undefined,
    }
  }
}
