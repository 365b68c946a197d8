import type { ResolvedSchema } from '#http/neighbours.ts'
import { matchesEtag } from '#kit/etag.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import { badRequest, preconditionFailed } from './problems.ts'
import { isTableName } from './table-name.ts'

/** The tag that holds a dataset's name in SQL. */
export const TABLE_NAME_TAG = 'adobe/pqs/table'

export const DEFAULT_CONTENT_TYPE = 'application/vnd.adobe.xed-full+json;version=1'

/** What a client says about a dataset, checked. `rest` are the properties that are stored as they come. */
export interface DatasetInput {
  readonly name: string
  readonly schemaRef: { readonly id: string; readonly contentType: string }
  readonly tags: JsonObject
  /** The name in SQL that the client wants; one is made of the dataset's name when absent. */
  readonly tableName: string | undefined
  readonly rest: JsonObject
}

/** Properties that only the server writes; a client may send them back and they keep their values. */
export const SERVER_OWNED: ReadonlySet<string> = new Set([
  'id',
  'imsOrg',
  'sandboxId',
  'created',
  'updated',
  'createdClient',
  'createdUser',
  'updatedUser',
  'version',
  'viewId',
  'files',
  'basePath',
  'state',
  'classification',
  'lastBatchId',
  'lastBatchStatus',
  'lastSuccessfulBatch',
  'lastFailedBatch',
  'statsCache',
  'persistence',
])

/**
 * Reads the body of a create, or the whole document after a change.
 *
 * @throws {PlainProblem} 400 that names the property
 */
export function readDatasetInput(body: JsonObject): DatasetInput {
  const { name, schemaRef, tags = {}, ...others } = body
  if (typeof name !== 'string' || name.trim() === '')
    throw badRequest("The property 'name' is missing. Name the dataset.")
  const checkedTags = readTags(tags)
  const rest = Object.entries(others).filter(
    ([key, value]) => !SERVER_OWNED.has(key) && value !== null && value !== '',
  )
  return {
    name: name.trim(),
    schemaRef: readSchemaRef(schemaRef),
    tags: checkedTags,
    tableName: readTableName(checkedTags),
    rest: Object.fromEntries(rest),
  }
}

function readSchemaRef(schemaRef: unknown): DatasetInput['schemaRef'] {
  const { id, contentType = DEFAULT_CONTENT_TYPE } = isObject(schemaRef) ? schemaRef : {}
  if (typeof id !== 'string' || id === '') {
    throw badRequest(
      "The property 'schemaRef.id' is missing. It must be the $id of a schema in this sandbox.",
    )
  }
  if (typeof contentType !== 'string')
    throw badRequest("The property 'schemaRef.contentType' must be a media type.")
  return { id, contentType }
}

/** @throws {PlainProblem} 400 */
export function readTags(tags: unknown): JsonObject {
  if (!isObject(tags))
    throw badRequest("The property 'tags' must be an object of names with arrays of texts.")
  for (const [name, value] of Object.entries(tags)) {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (!values.every((item) => ['string', 'number', 'boolean'].includes(typeof item))) {
      throw badRequest(`The tag '${name}' must be an array of texts, not ${JSON.stringify(value)}.`)
    }
  }
  return tags as JsonObject
}

function readTableName(tags: JsonObject): string | undefined {
  const tag = tags[TABLE_NAME_TAG]
  const name: unknown = Array.isArray(tag) ? tag[0] : tag
  if (name === undefined) return undefined
  if (typeof name === 'string' && isTableName(name)) return name
  throw badRequest(
    `The tag '${TABLE_NAME_TAG}' must be one name of lower-case letters, digits and underscores, not ${JSON.stringify(tag)}.`,
  )
}

/** @throws {PlainProblem} 400 when the schema isn't there */
export function assertSchema(
  schema: ResolvedSchema | undefined,
  id: string,
): asserts schema is ResolvedSchema {
  if (schema === undefined)
    throw badRequest(`The schema '${id}' of 'schemaRef.id' does not exist in this sandbox. Create it first.`)
}

/** A dataset's table has the columns of one schema for life. @throws {PlainProblem} 400 */
export function assertSameSchema(given: string, current: string): void {
  if (given !== current)
    throw badRequest(
      `The schema of a dataset can't change from '${current}' to '${given}'. Create a new dataset.`,
    )
}

/** @throws {PlainProblem} 400 when the tags want a profile dataset and the schema is in no union */
export function assertProfileAllowed(tags: JsonObject, schema: ResolvedSchema): void {
  if (!isEnabled(tags['unifiedProfile'])) return
  const immutable = schema.full['meta:immutableTags']
  if (Array.isArray(immutable) && immutable.includes('union')) return
  throw badRequest('To enable profile datasets the schema should be valid')
}

function isEnabled(tag: unknown): boolean {
  const values: readonly unknown[] = Array.isArray(tag) ? tag : [tag]
  return values.some((value) => typeof value === 'string' && /^enabled:\s*true$/.test(value.trim()))
}

/** @throws {PlainProblem} 412 when the request is for another version */
export function assertVersion(
  kind: 'Dataset' | 'Batch',
  id: string,
  { given, current }: { readonly given: string | undefined; readonly current: string },
): void {
  if (given !== undefined && !matchesEtag(given, current))
    throw preconditionFailed(kind, id, { given, current })
}
