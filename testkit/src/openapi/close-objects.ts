/**
 * A copy of a document in which every object schema that names its members and says nothing of others has no
 * others. Clients must live with members that come later; our own answers must have been described. Examples are
 * left out. Items of lists are whole, unless `hasProjections`: then they may be what a request chose of them.
 */
export function closeObjects(document: object, hasProjections: boolean): object {
  return copyOf(document, hasProjections, false) as object
}

/** `isNames`: the keys of the node are names of its author's, not words of OpenAPI. */
function copyOf(node: unknown, hasProjections: boolean, isNames: boolean): unknown {
  if (Array.isArray(node)) {
    const kept = hasProjections ? node : node.filter((item) => !isProjection(item))
    return kept.map((item) => copyOf(item, hasProjections, false))
  }
  if (typeof node !== 'object' || node === null) return node
  const copy = Object.fromEntries(
    Object.entries(node)
      // Their values look like schemas now and then.
      .filter(([key]) => isNames || (key !== 'example' && key !== 'examples'))
      .map(([key, value]) => [key, copyOf(value, hasProjections, !isNames && key === 'properties')]),
  )
  return isClosable(copy) && !isNames ? { ...copy, additionalProperties: false } : copy
}

function isClosable(schema: Readonly<Record<string, unknown>>): boolean {
  const { type, properties } = schema
  return type === 'object' && typeof properties === 'object' && !('additionalProperties' in schema)
}

function isProjection(schema: unknown): boolean {
  const ref = (schema as { readonly $ref?: unknown } | null)?.$ref
  return ref === '#/components/schemas/Projection' || ref === '#/components/schemas/CatalogProjection'
}
