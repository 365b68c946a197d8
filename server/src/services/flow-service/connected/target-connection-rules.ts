import type { Scope } from '#http/scope.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import type { CheckedEntity } from '#services/flow-service/entities/change-entity.ts'
import { textOf } from '#services/flow-service/entities/entity-document.ts'
import {
  readAttributes,
  readDescription,
  readLabels,
  readName,
} from '#services/flow-service/entities/entity-rules.ts'
import { invalidRequest } from '#services/flow-service/problems.ts'
import { assertConnectable, requireConnectionSpec } from '#services/flow-service/specs/spec-catalogue.ts'
import { inheritedFrom, readBase, readData, readParams } from './source-connection-rules.ts'

/** Checks a target connection, which must lead to a dataset that exists, and fills in what its document shows. */
export async function checkTargetConnection(
  { db, findDataset }: Pick<FlowServiceDependencies, 'db' | 'findDataset'>,
  scope: Scope,
  document: JsonObject,
  isDraft: boolean,
): Promise<CheckedEntity> {
  await assertConnectable(db, scope, document['connectionSpec'])
  const spec = requireConnectionSpec(document['connectionSpec'])
  if (spec.targetSpec === undefined)
    throw invalidRequest(`${spec.name} is not a target.`, 'connectionSpec.id')
  const base = await readBase({ db }, scope, { spec, document, isDraft, isRequired: false })
  const data = readData(document['data'], {})
  assertSchemaReference(data['schema'])
  const params = readParams(document['params'])
  const datasetId = await readDatasetId({ findDataset }, scope, params, isDraft)
  return {
    document: {
      ...document,
      name: readName(document, true),
      description: readDescription(document),
      connectionSpec: { id: spec.id, version: spec.version },
      attributes: readAttributes(document),
      labels: readLabels(document),
      data,
      params,
      inheritedAttributes: inheritedFrom(base),
    },
    columns: { spec_id: spec.id, dataset_id: datasetId },
  }
}

/** The dataset decides on the schema; what is said of it must be readable. @throws {FlowProblem} 1100 */
function assertSchemaReference(schema: unknown): void {
  if (schema === undefined || schema === null) return
  const { id, version } = isObject(schema) ? schema : {}
  if (typeof id !== 'string')
    throw invalidRequest(
      'data.schema.id is missing. Send the $id of a schema, or leave out schema.',
      'data.schema.id',
    )
  if (version !== undefined && version !== null && typeof version !== 'string')
    throw invalidRequest('data.schema.version must be a text.', 'data.schema.version')
}

/** The id of the dataset that the parameters name; null for a draft that names none yet. */
async function readDatasetId(
  { findDataset }: Pick<FlowServiceDependencies, 'findDataset'>,
  scope: Scope,
  params: JsonObject,
  isDraft: boolean,
): Promise<string | null> {
  const field = 'params.dataSetId'
  const id = textOf(params, 'dataSetId')
  if (id === '') {
    if (isDraft && params['dataSetId'] === undefined) return null
    throw invalidRequest(`${field} is missing. Send the id of a dataset.`, field)
  }
  const dataset = await findDataset(scope, id)
  if (dataset === undefined) throw invalidRequest(`${field} ${id} is not a dataset of this sandbox.`, field)
  return dataset.id
}
