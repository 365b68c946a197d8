import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { parseCount } from '#services/flow-service/lists/list-query.ts'
import { FlowProblem } from '#services/flow-service/problems.ts'
import { DATALAKE } from './built-in/datalake.ts'
import { getSpec } from './list-specs.ts'
import { readSpecs } from './spec-collections.ts'

/** The query, as it arrives. */
export interface SpecConfigParameters {
  readonly outputType?: string | undefined
  readonly outputField?: string | undefined
  readonly start?: string | undefined
  readonly limit?: string | undefined
}

const DEFAULT_LIMIT = 20
const MAX_LIMIT = 100

/** What can be asked of the lake: the datasets that a flow could lead to or come from. */
const DATASETS = { outputType: 'activationDatasets', outputField: 'datasets' } as const

/**
 * A page of what can be chosen for things of a kind of system: for the lake its datasets, for others nothing.
 *
 * @throws {FlowProblem} 1439 for an unknown spec, 1452 for a parameter that is not right
 */
export async function listSpecConfigs(
  deps: Pick<FlowServiceDependencies, 'db' | 'config' | 'listDatasets'>,
  scope: Scope,
  id: string,
  parameters: SpecConfigParameters,
): Promise<JsonObject> {
  const spec = getSpec(await readSpecs(deps, scope, 'connectionSpecs'), id)
  const start = parseStart(parameters.start)
  const limit = parseCount(parameters.limit, 'limit', MAX_LIMIT) ?? DEFAULT_LIMIT
  if (spec['id'] !== DATALAKE.id) return { items: [], pageInfo: { hasNext: false } }
  assertDatasets(parameters)
  // One more than asked for tells whether there is another page.
  const found = await deps.listDatasets(scope, { start, limit: limit + 1 })
  const items = found.slice(0, limit).map(({ id: datasetId, name, schemaId, schemaContentType }) => ({
    id: datasetId,
    name,
    schemaRef: { id: schemaId, contentType: schemaContentType },
  }))
  return { items, pageInfo: { hasNext: found.length > limit } }
}

function parseStart(text: string | undefined): number {
  if (text === undefined || text === '') return 0
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw badValue('start', text, 'Send a whole number from 0.')
}

function assertDatasets(parameters: SpecConfigParameters): void {
  for (const field of ['outputType', 'outputField'] as const) {
    const value = parameters[field]
    if (value === undefined || value === '' || value === DATASETS[field]) continue
    throw badValue(field, value, `Send ${DATASETS[field]}.`)
  }
}

function badValue(field: string, value: string, remedy: string): FlowProblem {
  return new FlowProblem('1452-400', `The value ${value} is not valid for the field ${field}. ${remedy}`, {
    value,
    field,
  })
}
