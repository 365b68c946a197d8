import type { JsonObject } from '#kit/json.ts'
import { findBreakingChange } from './breaking-change.ts'
import { pathsOf } from './descriptor-fields.ts'
import { breakingChange, resourceInUse } from './problems.ts'
import { referencedIds } from './references.ts'
import type { ChangeContext } from './registry-context.ts'
import { findField } from './render-resource.ts'
import { resolveFull } from './resolve-full.ts'
import type { FindResource, Resource } from './resource.ts'
import { checkClassOf } from './resource-rules.ts'
import { isInUnion } from './union-rules.ts'

/**
 * What a change does to the schemas that are made of the changed resource: one with data or in a union only grows,
 * and descriptors still find their fields. Throws RegistryProblem 400.
 */
export async function checkEvolution(context: ChangeContext, next: Resource): Promise<void> {
  const { readers, scope } = context
  const schemas = await affectedSchemas(context, next)
  const find = await readers.resources.loadReferences(scope, [
    next.document,
    ...schemas.map(({ document }) => document),
  ])
  const findNext: FindResource = (id) => (id === next.id ? next : find(id))
  for (const schema of schemas) await checkSchema(context, schema, { next, find, findNext })
}

/** The schemas as they are stored that the resource is a part of. */
async function affectedSchemas(
  { readers, scope }: ChangeContext,
  next: Resource,
): Promise<readonly Resource[]> {
  if (next.kind === 'schemas') {
    const schema = await readers.resources.find(scope, 'tenant', 'schemas', next.id)
    return schema === undefined ? [] : [schema]
  }
  const all = await readers.resources.list(scope, 'tenant', 'schemas', false)
  const find = await readers.resources.loadReferences(
    scope,
    all.map(({ document }) => document),
  )
  return all.filter(({ document }) => isMadeOf(document, next.id, find))
}

function isMadeOf(document: JsonObject, id: string, find: FindResource, seen = new Set<string>()): boolean {
  return referencedIds(document).some((other) => {
    if (other === id) return true
    if (seen.has(other)) return false
    seen.add(other)
    const resource = find(other)
    return resource !== undefined && isMadeOf(resource.document, id, find, seen)
  })
}

interface Change {
  readonly next: Resource
  readonly find: FindResource
  readonly findNext: FindResource
}

async function checkSchema(context: ChangeContext, schema: Resource, change: Change): Promise<void> {
  const { next, find, findNext } = change
  const changed = schema.id === next.id ? next : schema
  // A field group may no longer be meant for the class.
  checkClassOf(changed.document, findNext)
  const before = resolveFull(schema.document, (id) => find(id)?.document)
  const after = resolveFull(changed.document, (id) => findNext(id)?.document)
  await checkGrowth(context, schema, { before, after, changed })
  await checkDescriptors(context, schema, after)
}

async function checkGrowth(
  context: ChangeContext,
  schema: Resource,
  forms: { readonly before: JsonObject; readonly after: JsonObject; readonly changed: Resource },
): Promise<void> {
  const { before, after, changed } = forms
  const isOtherClass = schema.document['meta:class'] !== changed.document['meta:class']
  const found = isOtherClass ? OTHER_CLASS : findBreakingChange(before, after, { mayWiden: context.mayWiden })
  if (found === undefined) return
  const user = await findUser(context, schema)
  if (user === undefined) return
  const subject = found.path === '' ? 'It' : `The field ${found.path}`
  throw breakingChange(
    `${subject} of the schema "${schema.title}" (${schema.id}) ${found.what}, and ${user}. A schema in use only grows: ` +
      'add fields, and say by a descriptor which are deprecated.',
  )
}

const OTHER_CLASS = { path: '', what: 'would be of another class' }

/** Why a schema only grows; `undefined` while it may change in any way. */
async function findUser(
  { registry, tx, scope }: ChangeContext,
  schema: Resource,
): Promise<string | undefined> {
  if (isInUnion(schema.document)) return 'the schema takes part in a union'
  const datasets = await registry.findDatasets(tx, scope, schema.id)
  const filled = datasets.find(({ hasData }) => hasData)
  return filled && `the dataset "${filled.name}" (${filled.id}) has data of it`
}

/** Descriptors of a schema, and those that lead to it, keep their fields. */
async function checkDescriptors(
  { readers, scope }: ChangeContext,
  schema: Resource,
  after: JsonObject,
): Promise<void> {
  const own = await readers.descriptors.listOf(scope, [schema.id])
  const leading = await readers.descriptors.listLeadingTo(scope, schema.id)
  const fields = [
    ...own.flatMap((each) => pathsOf(each['xdm:sourceProperty']).map((path) => [each, path] as const)),
    ...leading.flatMap((each) =>
      pathsOf(each['xdm:destinationProperty']).map((path) => [each, path] as const),
    ),
  ]
  for (const [descriptor, path] of fields) {
    if (typeof path !== 'string' || findField(after, path) !== undefined) continue
    throw resourceInUse(
      `The field ${path} of "${schema.title}"`,
      `the descriptor ${String(descriptor['@id'])} (${String(descriptor['@type'])})`,
    )
  }
}
