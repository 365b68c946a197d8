import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { Diagnosis } from '#source/postgres/doctor/diagnosis.ts'
import { targetOf } from './auth-params.ts'
import { findConnection } from './connection-store.ts'
import type { FlowServiceDependencies } from './dependencies.ts'
import { CONNECTIONS } from './entity-kinds.ts'
import { FlowProblem, invalidRequest, notFound } from './problems.ts'

/**
 * Says whether a session with the source can be opened, and beside it all that was found on the way. A source
 * that fails is an answer and no error.
 */
export async function testConnection(
  { db, keyring, source }: FlowServiceDependencies,
  scope: Scope,
  id: string,
  signal?: AbortSignal | undefined,
): Promise<JsonObject> {
  const connection = await findConnection(db, keyring, scope, id)
  if (connection === undefined) throw notFound(CONNECTIONS.name, id)
  const { auth } = connection
  // The lake is part of this server: who gets an answer has reached it.
  if (auth === undefined) return { result: true }
  const { ok, ...told } = await diagnose(() => source.diagnoseConnection(targetOf(auth), { signal }), signal)
  // Members without a value are left out, as in every answer.
  return { result: ok, diagnosis: JSON.parse(JSON.stringify(told)) as JsonObject }
}

type Told = Pick<Diagnosis, 'ok' | 'code' | 'stage' | 'message' | 'remedy'> | Incomplete

/** A draft may hold parameters that lead nowhere. */
interface Incomplete {
  readonly ok: false
  readonly code: 'PARAMETERS_INCOMPLETE'
  readonly stage: 'parameters'
  readonly message: string
  readonly remedy: string
}

async function diagnose(ask: () => Promise<Diagnosis>, signal: AbortSignal | undefined): Promise<Told> {
  try {
    return await ask()
  } catch (error) {
    // Nobody reads the answer any more; it only must not count as an error of ours.
    if (signal?.aborted) throw invalidRequest('The client has hung up.')
    if (!(error instanceof FlowProblem)) throw error
    return {
      ok: false,
      code: 'PARAMETERS_INCOMPLETE',
      stage: 'parameters',
      message: error.message,
      remedy: 'Complete or correct auth.params.',
    }
  }
}
