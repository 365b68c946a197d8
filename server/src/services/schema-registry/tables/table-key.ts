import { isDeepStrictEqual } from 'node:util'
import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { pathsOf } from '#services/schema-registry/descriptor-fields.ts'
import { deleteDescriptorRow } from '#services/schema-registry/descriptor-store.ts'
import { tenantNamespace } from '#services/schema-registry/namespace-rules.ts'
import type { ChangeContext } from '#services/schema-registry/registry-context.ts'
import { addDescriptor } from '#services/schema-registry/save-descriptor.ts'
import { ORIGIN, type TablePlan } from './table-bodies.ts'

const PRIMARY_KEY = 'xdm:descriptorPrimaryKey'

/**
 * Takes away what says the key of a schema, where the key is another by now. What a client said itself stays, unless it
 * speaks of columns that are gone.
 */
export async function forgetOldKey(
  { readers, tx, scope }: ChangeContext,
  plan: TablePlan,
  schemaId: string,
): Promise<boolean> {
  const descriptors = await readers.descriptors.listOf(scope, [schemaId])
  const told = descriptors.find((each) => each['@type'] === PRIMARY_KEY)
  if (told === undefined) return false
  const paths = pathsOf(told['xdm:sourceProperty'])
  const isMade = told[ORIGIN] !== undefined || paths.some((path) => !fieldPaths(scope, plan).has(path))
  if (!isMade || isDeepStrictEqual(paths, keyPaths(scope, plan))) return false
  return await deleteDescriptorRow(tx, scope, String(told['@id']))
}

/** Says what the key is where that is not said. Answers all descriptors of the schema. */
export async function tellKey(
  context: ChangeContext,
  plan: TablePlan,
  schemaId: string,
): Promise<readonly JsonObject[]> {
  const { readers, scope } = context
  const known = await readers.descriptors.listOf(scope, [schemaId])
  const paths = keyPaths(scope, plan)
  if (paths.length === 0 || known.some((each) => each['@type'] === PRIMARY_KEY)) return known
  const made = await addDescriptor(context, {
    '@type': PRIMARY_KEY,
    'xdm:sourceSchema': schemaId,
    'xdm:sourceVersion': 1,
    'xdm:sourceProperty': paths.length === 1 ? (paths[0] ?? '') : paths,
    [ORIGIN]: plan.origin,
  })
  return [...known, made]
}

function keyPaths(scope: Scope, { key }: TablePlan): readonly string[] {
  return key.map((name) => pathOf(scope, name))
}

function fieldPaths(scope: Scope, { fields }: TablePlan): ReadonlySet<unknown> {
  return new Set(fields.map(({ name }) => pathOf(scope, name)))
}

function pathOf(scope: Scope, name: string): string {
  return `/${tenantNamespace(scope.tenantId)}/${name}`
}
