import type { FindSchema } from '#http/neighbours.ts'
import type { Scope } from '#http/scope.ts'
import { readMappingSet } from './mapping-set-body.ts'
import { checkMappings, getSchema } from './mapping-set-rules.ts'
import type { MappingError } from './problems.ts'

export interface ValidationResponse {
  readonly validationResponse: readonly {
    readonly status: 'SUCCESS' | 'FAILED'
    readonly errors: readonly MappingError[] | null
  }[]
}

/**
 * Checks a mapping set and stores nothing: one entry for each mapping, in their order.
 *
 * @throws {DataPrepProblem} 400 for an unreadable body or an unknown schema
 */
export async function validateMappingSet(
  findSchema: FindSchema,
  scope: Scope,
  body: unknown,
): Promise<ValidationResponse> {
  const input = readMappingSet(body)
  const schema = await getSchema(findSchema, scope, input.schemaRef.id)
  const results = checkMappings(input, schema)
  return {
    validationResponse: results.map((errors) =>
      errors.length === 0 ? { status: 'SUCCESS', errors: null } : { status: 'FAILED', errors },
    ),
  }
}
