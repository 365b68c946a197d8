import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { CONNECTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import { FlowProblem, notFound } from '#services/flow-service/problems.ts'
import { requireConnectionSpec } from '#services/flow-service/specs/spec-catalogue.ts'
import type { Diagnosis } from '#source/postgres/doctor/diagnosis.ts'
import { targetOf } from './auth-params.ts'
import { findConnection } from './connection-store.ts'

/**
 * Says whether a session with the source can be opened, and beside it all that was found on the way. A source
 * that fails is an answer and no error.
 */
export async function testConnection(
  { db, keyring, source, config }: FlowServiceDependencies,
  scope: Scope,
  id: string,
  signal?: AbortSignal | undefined,
): Promise<JsonObject> {
  const connection = await findConnection(db, keyring, scope, id)
  if (connection === undefined) throw notFound(CONNECTIONS.name, id)
  const { auth, document } = connection
  const authSpec = requireConnectionSpec(document['connectionSpec'], config.edition).authSpec
  // The lake is part of this server: who gets an answer has reached it.
  if (auth === undefined && authSpec === undefined) return { result: true }
  if (auth === undefined) return answer(invalid('auth is missing.'))
  try {
    return answer(await diagnose(() => source.diagnoseConnection(targetOf(auth), { signal })))
  } catch (error) {
    // Whoever has asked has hung up, which is no error of ours; nobody reads this.
    if (signal?.aborted === true) return { result: false }
    throw error
  }
}

function answer({ ok, ...told }: Told): JsonObject {
  // Members without a value are left out, as in every answer.
  return { result: ok, diagnosis: JSON.parse(JSON.stringify(told)) as JsonObject }
}

type Told = Diagnosis | Invalid

/** A draft may hold parameters that lead nowhere. In the shape of every diagnosis. */
type Invalid = Pick<
  Diagnosis,
  'ok' | 'message' | 'remedy' | 'missingRights' | 'failedAttempts' | 'warnings' | 'elapsedMs'
> & {
  readonly code: 'PARAMETERS_INVALID'
  readonly stage: 'parameters'
  readonly findings: readonly object[]
}

async function diagnose(ask: () => Promise<Diagnosis>): Promise<Told> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof FlowProblem) return invalid(error.message)
    throw error
  }
}

function invalid(message: string): Invalid {
  const found = {
    code: 'PARAMETERS_INVALID',
    stage: 'parameters',
    message,
    remedy: 'Complete or correct auth.params.',
  } as const
  const nothing = { missingRights: [], failedAttempts: [], warnings: [], elapsedMs: 0 }
  return { ok: false, ...found, findings: [{ severity: 'error', ...found }], ...nothing }
}
