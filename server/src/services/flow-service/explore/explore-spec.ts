import { isColumnType } from '#columns/column-type.ts'
import type { DatasetSummary } from '#http/neighbours.ts'
import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { parseCount, parseFlag } from '#services/flow-service/lists/list-query.ts'
import { FlowProblem, invalidRequest } from '#services/flow-service/problems.ts'
import { DATALAKE } from '#services/flow-service/specs/built-in/datalake.ts'
import { getSpec } from '#services/flow-service/specs/list-specs.ts'
import { readSpecs } from '#services/flow-service/specs/spec-collections.ts'
import { wantsRoot } from './explore-connection.ts'
import { DEFAULT_PREVIEW_ROWS, MAX_PREVIEW_ROWS } from './explore-table.ts'
import { lakeFieldDocument } from './lake-field-document.ts'

/** The query of an exploration of built-in storage, as it arrives. */
export interface SpecExploreParameters {
  readonly objectType?: string | undefined
  readonly object?: string | undefined
  readonly preview?: string | undefined
  readonly previewCount?: string | undefined
}

export interface SpecExploreRequest {
  /** Of the spec. */
  readonly id: string
  readonly parameters: SpecExploreParameters
  readonly signal: AbortSignal
}

/**
 * Lists the datasets of the lake, which needs no connection, or describes one of them, with some of its rows if
 * wanted.
 *
 * @throws {FlowProblem} 1439 for a spec that does not exist, 1100 for one that is explored by a connection, 1101 for
 *   an unknown dataset
 */
export async function exploreSpec(
  deps: FlowServiceDependencies,
  scope: Scope,
  { id, parameters, signal }: SpecExploreRequest,
): Promise<JsonObject | readonly JsonObject[]> {
  const spec = getSpec(await readSpecs(deps, scope, 'connectionSpecs'), id)
  if (spec['id'] !== DATALAKE.id) throw notStorage(spec)
  if (!wantsRoot(parameters)) return await exploreDataset(deps, scope, parameters, signal)
  return (await deps.listDatasets(scope, {})).map(listedDocument)
}

function notStorage({ name, exploreSpec }: JsonObject): FlowProblem {
  const remedy =
    exploreSpec === undefined
      ? 'It has nothing to explore.'
      : 'Explore a connection of it: GET /connections/{id}/explore.'
  return invalidRequest(`${String(name)} is no storage of this server. ${remedy}`)
}

function listedDocument({ id, name, tableName, schemaId, behavior }: DatasetSummary): JsonObject {
  return {
    type: 'table',
    name,
    path: id,
    canPreview: true,
    canFetchSchema: true,
    meta: { kind: 'dataset', tableName, schemaId, behavior },
  }
}

async function exploreDataset(
  { findDataset, lakeFieldsOf, previewDataset }: FlowServiceDependencies,
  scope: Scope,
  { object, preview, previewCount }: SpecExploreParameters,
  signal: AbortSignal,
): Promise<JsonObject> {
  if (object === undefined || object.trim() === '')
    throw invalidRequest('object is missing. Send the path of a dataset as the root lists it.', 'object')
  const dataset = await findDataset(scope, object)
  const fields = dataset && (await lakeFieldsOf(dataset.id))
  if (dataset === undefined || fields === undefined) {
    throw new FlowProblem('1101-404', `There is no dataset ${object} in this sandbox.`, { object })
  }
  const { tableName, schemaId, behavior } = dataset
  const description = {
    format: fields.every(({ type }) => isColumnType(type)) ? 'flat' : 'hierarchical',
    schema: { columns: fields.map(lakeFieldDocument) },
    meta: { path: dataset.id, kind: 'dataset', name: dataset.name, tableName, schemaId, behavior },
  }
  if (!parseFlag(preview, 'preview')) return description
  const limit = parseCount(previewCount, 'previewCount', MAX_PREVIEW_ROWS) ?? DEFAULT_PREVIEW_ROWS
  return { ...description, data: await previewDataset(dataset.id, { limit, signal }) }
}
