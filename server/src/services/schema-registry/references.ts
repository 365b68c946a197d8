import { isObject, type Json, type JsonObject } from '#kit/json.ts'
import { objectAt, objectsAt } from './schema-tree.ts'

/** Plumbing of the standard that brings no fields. */
export const CONTEXT_REFERENCE = 'https://ns.adobe.com/xdm/common/extensible#/definitions/@context'

export interface Reference {
  /** The `$id` of another resource; empty for the document itself. */
  readonly id: string
  /** JSON Pointer into it; empty for the whole. */
  readonly pointer: string
}

/** Splits a `$ref` at its `#`. */
export function parseReference(ref: string): Reference {
  const [id = '', pointer = ''] = ref.split('#', 2)
  return { id, pointer }
}

/** The `$id`s of all other resources that a document refers to anywhere, each once. */
export function referencedIds(document: JsonObject): readonly string[] {
  const ids = new Set<string>()
  const visit = (value: Json | undefined): void => {
    if (Array.isArray(value)) for (const item of value as readonly Json[]) visit(item)
    if (!isObject(value)) return
    for (const [key, child] of Object.entries(value as JsonObject)) {
      if (key === '$ref' && typeof child === 'string') addId(ids, child)
      else visit(child)
    }
  }
  visit(document)
  return [...ids]
}

/** The `$id`s of the resources that a document is made of: those in its `allOf`, through its own definitions. */
export function partIds(document: JsonObject): readonly string[] {
  const ids = new Set<string>()
  const open = new Set<JsonObject>()
  const visit = (node: JsonObject): void => {
    if (open.has(node)) return
    open.add(node)
    for (const part of objectsAt(node, 'allOf')) {
      const ref = part['$ref']
      if (typeof ref === 'string') addId(ids, ref)
      const local = typeof ref === 'string' ? findLocal(document, ref) : part
      if (local !== undefined) visit(local)
    }
  }
  visit(document)
  return [...ids]
}

function addId(ids: Set<string>, ref: string): void {
  const { id } = parseReference(ref)
  if (id !== '' && ref !== CONTEXT_REFERENCE) ids.add(id)
}

/** What a `#/definitions/…` reference means in its document; `undefined` for others and for dangling ones. */
export function findLocal(document: JsonObject, ref: string): JsonObject | undefined {
  const { id, pointer } = parseReference(ref)
  return id === '' ? findPointer(document, pointer) : undefined
}

/** The schema at a JSON Pointer of a document. */
export function findPointer(document: JsonObject, pointer: string): JsonObject | undefined {
  let node: JsonObject | undefined = document
  for (const step of pointer.split('/').slice(1)) {
    if (node === undefined) return undefined
    node = objectAt(node, step.replaceAll('~1', '/').replaceAll('~0', '~'))
  }
  return node
}

/**
 * Everything that a document extends, directly or through what it extends, each once, nearest first.
 * `find` gives the documents of other resources.
 */
export function extendedIds(
  document: JsonObject,
  find: (id: string) => JsonObject | undefined,
): readonly string[] {
  const ids = new Set<string>()
  const visit = (current: JsonObject): void => {
    for (const id of partIds(current)) {
      if (ids.has(id)) continue
      ids.add(id)
      const next = find(id)
      if (next !== undefined) visit(next)
    }
  }
  visit(document)
  return [...ids]
}
