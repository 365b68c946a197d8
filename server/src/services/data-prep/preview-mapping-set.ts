import type { FindSchema } from '#http/neighbours.ts'
import type { Scope } from '#http/scope.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import { rulesOfSchema } from '#mapping/field-rules.ts'
import { type PreviewError, previewMapping } from '#mapping/preview-mapping.ts'
import { readMappingSet } from './mapping-set-body.ts'
import { fieldsOf, getSchema, toMappingError } from './mapping-set-rules.ts'
import { badRequest, type MappingError } from './problems.ts'

export interface PreviewedRow {
  readonly data: Readonly<Record<string, unknown>>
  readonly errors: readonly MappingError[] | null
}

export interface PreviewDependencies {
  readonly findSchema: FindSchema
  readonly now: () => number
}

/** More than anybody looks at; each row is mapped while the server waits. */
const MAX_ROWS = 1_000

/**
 * Maps rows that come with the request, as a run would map them. A field without a value is absent and its
 * reason is among the errors of the row.
 *
 * @throws {DataPrepProblem} 400 for an unreadable body or an unknown schema
 */
export async function previewMappingSet(
  { findSchema, now }: PreviewDependencies,
  scope: Scope,
  body: JsonObject,
): Promise<readonly PreviewedRow[]> {
  const rows = readRows(body['data'])
  const input = readMappingSet(body['mappingSet'])
  const schema = await getSchema(findSchema, scope, input.schemaRef.id)
  const fields = fieldsOf(schema)
  const entries = input.mappings.map(({ entry }) => entry)
  const rules = rulesOfSchema(schema.full)
  const nowMs = now()
  return rows.map((row) => {
    const { data, errors } = previewMapping({ entries, record: JSON.stringify(row), fields, rules, nowMs })
    return { data, errors: errors.length === 0 ? null : errors.map(describe) }
  })
}

function describe({ entry, destination, message }: PreviewError): MappingError {
  return toMappingError({ message }, entry ?? { sourceType: 'ATTRIBUTE', source: '', destination })
}

/** One row may come without its array. */
function readRows(data: unknown): readonly Record<string, unknown>[] {
  const rows: readonly unknown[] = Array.isArray(data) ? data : [data]
  if (!rows.every(isObject))
    throw badRequest("The property 'data' must be a row or an array of rows, each an object.")
  if (rows.length > MAX_ROWS)
    throw badRequest(`The property 'data' has ${rows.length} rows; at most ${MAX_ROWS} can be previewed.`)
  return rows
}
