import type { JsonObject } from '#kit/json.ts'
import { invalidFieldName, outsideTenantNamespace, sameName } from './problems.ts'
import { findLocal } from './references.ts'
import { objectAt, objectsAt } from './schema-tree.ts'

/** `_acme`: where all fields of a tenant stand, so that they never collide with those of the standard. */
export function tenantNamespace(tenantId: string): string {
  return `_${tenantId}`
}

const FIELD_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/

/**
 * Own fields of schemas, classes and field groups stand under one of the given namespaces. Objects of the
 * standard may be repeated above a namespace, to put fields of one's own inside of them.
 */
export function checkNamespaces(document: JsonObject, namespaces: readonly string[]): void {
  for (const part of ownParts(document)) checkLevel(part, namespaces, '')
}

/** Data types may name fields as they like, within the rules for names. */
export function checkNames(document: JsonObject, namespaces: readonly string[]): void {
  for (const part of ownParts(document)) checkNamesBelow(part, namespaces, '')
}

/** The document itself, the inline parts of its `allOf`, and the definitions that it is made of. */
function ownParts(document: JsonObject): readonly JsonObject[] {
  const parts: JsonObject[] = []
  const visit = (node: JsonObject): void => {
    if (parts.includes(node)) return
    parts.push(node)
    for (const part of objectsAt(node, 'allOf')) {
      const ref = part['$ref']
      const own = typeof ref === 'string' ? findLocal(document, ref) : part
      if (own !== undefined) visit(own)
    }
  }
  visit(document)
  return parts
}

function checkLevel(node: JsonObject, namespaces: readonly string[], path: string): void {
  const properties = objectAt(node, 'properties') ?? {}
  for (const name of Object.keys(properties)) {
    const field = objectAt(properties, name) ?? {}
    const fieldPath = `${path}/${name}`
    if (namespaces.includes(name)) checkNamesBelow(field, namespaces, fieldPath)
    else if (Object.keys(objectAt(field, 'properties') ?? {}).length > 0)
      checkLevel(field, namespaces, fieldPath)
    else throw outsideTenantNamespace(namespaces[0] ?? '', fieldPath)
  }
}

function checkNamesBelow(node: JsonObject, namespaces: readonly string[], path: string): void {
  const properties = objectAt(node, 'properties') ?? {}
  const seen = new Map<string, string>()
  for (const name of Object.keys(properties)) {
    const namesake = seen.get(name.toLowerCase())
    if (namesake !== undefined) throw sameName(name, namesake, path === '' ? '/' : path)
    seen.set(name.toLowerCase(), name)
    if (!FIELD_NAME.test(name) && !namespaces.includes(name))
      throw invalidFieldName(name, path === '' ? '/' : path)
    checkNamesBelow(objectAt(properties, name) ?? {}, namespaces, `${path}/${name}`)
  }
  for (const key of ['items', 'additionalProperties']) {
    const child = objectAt(node, key)
    if (child !== undefined) checkNamesBelow(child, namespaces, path)
  }
}
