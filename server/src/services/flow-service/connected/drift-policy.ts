import type { JsonObject } from '#kit/json.ts'
import { nearestName } from '#kit/nearest.ts'
import { invalidRequest } from '#services/flow-service/problems.ts'

/**
 * What the runs of a source connection do about a change of its table that matters to them: `stop` and tell;
 * `evolve`: let schema and mapping follow, where both were made from the table; `report`: tell, and go on as long as
 * the mapping fits.
 */
export type DriftPolicy = (typeof DRIFT_POLICIES)[number]

const DRIFT_POLICIES = ['stop', 'evolve', 'report'] as const

/** Of the parameters of a source connection; `stop` when they don't say. */
export function driftPolicyOf({ schemaDrift }: JsonObject): DriftPolicy {
  return DRIFT_POLICIES.find((policy) => policy === schemaDrift) ?? 'stop'
}

/** @throws {FlowProblem} 1100 for a policy that there is not */
export function assertDriftPolicy({ schemaDrift }: JsonObject): void {
  if (schemaDrift === undefined || DRIFT_POLICIES.some((policy) => policy === schemaDrift)) return
  const near = typeof schemaDrift === 'string' ? nearestName(schemaDrift, DRIFT_POLICIES) : undefined
  const hint = near === undefined ? '' : ` Did you mean "${near}"?`
  throw invalidRequest(
    `params.schemaDrift ${JSON.stringify(schemaDrift)} is not one of ${DRIFT_POLICIES.join(', ')}.${hint}`,
    'params.schemaDrift',
  )
}
