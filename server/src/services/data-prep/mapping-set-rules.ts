import type { LakeField } from '#columns/column-type.ts'
import type { FindSchema, ResolvedSchema } from '#http/neighbours.ts'
import type { Scope } from '#http/scope.ts'
import { nearestName } from '#kit/nearest.ts'
import type { MappingEntry, MappingProblem } from '#mapping/mapping-plan.ts'
import { formatPath } from '#mapping/paths.ts'
import { checkMapping } from '#mapping/plan-mapping.ts'
import { LakeTypeUnknownError, lakeFieldsOfXdm, type XdmNode } from '#typemap/xdm-types.ts'
import type { MappingSetInput } from './mapping-set-body.ts'
import { badRequest, invalidMappings, type MappingError } from './problems.ts'

/** The schema of a set. @throws {DataPrepProblem} 400 when it isn't there */
export async function getSchema(findSchema: FindSchema, scope: Scope, id: string): Promise<ResolvedSchema> {
  const schema = await findSchema(scope, id)
  if (schema !== undefined) return schema
  throw badRequest(`The schema '${id}' does not exist in this sandbox. Create it first.`)
}

/** A schema may be named by its other id; the set keeps its `$id`. */
export function canonical(input: MappingSetInput, schemaId: string): MappingSetInput {
  return { ...input, schemaRef: { ...input.schemaRef, id: schemaId } }
}

/** The fields that a table of the schema has. @throws {DataPrepProblem} 400 for a type that no table can have */
export function fieldsOf(schema: ResolvedSchema): readonly LakeField[] {
  try {
    return lakeFieldsOfXdm(schema.full as XdmNode)
  } catch (error) {
    throw error instanceof LakeTypeUnknownError ? badRequest(`${error.message}.`) : error
  }
}

/** What is wrong with each mapping; an empty list where nothing is. */
export function checkMappings(
  input: MappingSetInput,
  schema: ResolvedSchema,
): readonly (readonly MappingError[])[] {
  const entries = input.mappings.map(({ entry }) => entry)
  const fields = fieldsOf(schema)
  const problems = checkMapping({ entries, fields })
  return entries.map((entry, index) =>
    problems
      .filter((problem) => problem.severity === 'error' && problem.entry === index)
      .map((problem) => toMappingError(withNearField(problem, fields), entry)),
  )
}

/** Says which field may have been meant where there is none of that name. */
function withNearField(problem: MappingProblem, fields: readonly LakeField[]): MappingProblem {
  const { message, destination } = problem
  if (message !== `The schema has no field "${destination}"`) return problem
  const near = nearestName(destination, pathsOf(fields, []))
  return near === undefined ? problem : { ...problem, message: `${message}. Did you mean "${near}"?` }
}

function pathsOf(fields: readonly LakeField[], above: readonly string[]): string[] {
  return fields.flatMap(({ name, type }) => {
    const path = [...above, name]
    return [formatPath(path), ...(type.kind === 'struct' ? pathsOf(type.fields, path) : [])]
  })
}

/** @throws {DataPrepProblem} 400 that lists everything that is wrong */
export function assertMappings(input: MappingSetInput, schema: ResolvedSchema): void {
  const errors = checkMappings(input, schema).flat()
  if (errors.length > 0) throw invalidMappings(errors)
}

/** A problem in the words of the API. */
export function toMappingError(problem: Pick<MappingProblem, 'message'>, entry: MappingEntry): MappingError {
  const { destination, source, sourceType } = entry
  return { destination, exception: problem.message, source, columnName: source, sourceType }
}
