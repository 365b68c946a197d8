import type { ResolvedSchema } from '#http/neighbours.ts'
import { isObject, type Json, type JsonObject } from '#kit/json.ts'
import { invalidLabels } from './problems.ts'

const MAX_LENGTH = 200

/**
 * Reads the labels that a client sets, for a dataset of this schema; each label once.
 *
 * @throws {LabelsProblem} 400 that says what is wrong, a field that the schema hasn't among it
 */
export function readLabels(body: JsonObject, schema: ResolvedSchema): JsonObject {
  const { labels = [], optionalLabels = [] } = body
  if (!Array.isArray(optionalLabels)) throw invalidLabels("'optionalLabels' must be an array.")
  return {
    labels: readNames('labels', labels),
    optionalLabels: optionalLabels.map((entry, index) =>
      readFieldLabels(entry, `optionalLabels[${index}]`, schema),
    ),
  }
}

function readNames(place: string, names: Json): string[] {
  const isList = Array.isArray(names) && names.every(isName)
  if (!isList) {
    throw invalidLabels(
      `'${place}' must be an array of names of at most ${MAX_LENGTH} characters, not ${JSON.stringify(names)}.`,
    )
  }
  return [...new Set((names as string[]).map((name) => name.trim()))]
}

function isName(name: unknown): boolean {
  return typeof name === 'string' && name.trim() !== '' && name.length <= MAX_LENGTH
}

function readFieldLabels(entry: Json, place: string, schema: ResolvedSchema): JsonObject {
  const { option, labels = [] } = (isObject(entry) ? entry : {}) as JsonObject
  const { id, schemaPath, contentType } = (isObject(option) ? option : {}) as JsonObject
  if (id !== schema.id) {
    throw invalidLabels(`'${place}.option.id' must be the schema of the dataset, '${schema.id}'.`)
  }
  if (typeof schemaPath !== 'string' || !hasField(schema.full, schemaPath)) {
    throw invalidLabels(
      `'${place}.option.schemaPath' must lead to a field of the schema, as /properties/person/properties/name does, not ${JSON.stringify(schemaPath ?? null)}.`,
    )
  }
  if (contentType !== undefined && typeof contentType !== 'string') {
    throw invalidLabels(`'${place}.option.contentType' must be a media type.`)
  }
  return {
    option: { id, ...(contentType === undefined ? {} : { contentType }), schemaPath },
    labels: readNames(`${place}.labels`, labels),
  }
}

/** Whether a path like `/properties/person/properties/name` leads to a field of a resolved schema. */
function hasField(full: JsonObject, path: string): boolean {
  if (!path.startsWith('/')) return false
  const steps = path.slice(1).split('/')
  let node: unknown = full
  for (const step of steps) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    if (!isObject(node) || !Object.hasOwn(node, name)) return false
    node = node[name]
  }
  // What is named is a field, and not the list of fields around it.
  return isObject(node) && steps.at(-1) !== 'properties'
}
