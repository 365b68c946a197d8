/**
 * A copy of a document in which every object schema that names its members and says nothing of others has no
 * others. Clients must live with members that come later; our own answers must have been described. Items of lists
 * are whole, unless `hasProjections`: then they may be what a request chose of them.
 */
export function closeObjects<T>(node: T, hasProjections: boolean): T {
  if (Array.isArray(node)) {
    const kept = hasProjections ? node : node.filter((item) => !isProjection(item))
    return kept.map((item) => closeObjects(item, hasProjections)) as T
  }
  if (typeof node !== 'object' || node === null) return node
  const copy = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, closeObjects(value, hasProjections)]),
  )
  const isClosable =
    copy['type'] === 'object' && typeof copy['properties'] === 'object' && !('additionalProperties' in copy)
  return (isClosable ? { ...copy, additionalProperties: false } : copy) as T
}

function isProjection(schema: unknown): boolean {
  return (schema as { readonly $ref?: unknown } | null)?.$ref === '#/components/schemas/Projection'
}
