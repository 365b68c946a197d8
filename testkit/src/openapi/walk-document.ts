// biome-ignore lint/suspicious/noExplicitAny: a document of which everything is looked at by its path
export type OpenApiNode = any

/** One operation of a document. */
export interface ListedOperation {
  /** `createFlow` */
  readonly id: string
  readonly method: string
  readonly path: string
  readonly operation: OpenApiNode
}

const METHODS = new Set(['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace'])

export function listOperations(document: OpenApiNode): readonly ListedOperation[] {
  return Object.entries<OpenApiNode>(document.paths).flatMap(([path, item]) =>
    Object.entries<OpenApiNode>(item)
      .filter(([method]) => METHODS.has(method))
      .map(([method, operation]) => ({
        id: operation.operationId ?? `${method} ${path}`,
        method,
        path,
        operation,
      })),
  )
}

/** What a reference leads to; anything else is itself. */
export function resolveRef(document: OpenApiNode, node: OpenApiNode): OpenApiNode {
  if (typeof node?.$ref !== 'string') return node
  const names = node.$ref.slice(2).split('/') as string[]
  return names.reduce((part, name) => part?.[name], document)
}

/** Every place of a document with its JSON Pointer; examples are values and no part of it. */
export function* walk(
  node: OpenApiNode,
  pointer = '',
): Generator<readonly [pointer: string, node: OpenApiNode]> {
  if (typeof node !== 'object' || node === null) return
  yield [pointer, node]
  for (const [key, value] of Object.entries(node)) {
    if (key === 'example' || key === 'examples' || key === 'enum' || key === 'default') continue
    yield* walk(value, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
  }
}

/** A schema and where it stands. */
export interface ListedSchema {
  readonly pointer: string
  readonly schema: OpenApiNode
}

/** Every schema of a document, those inside of others included. */
export function listSchemas(document: OpenApiNode): readonly ListedSchema[] {
  const roots: ListedSchema[] = []
  for (const [pointer, node] of walk(document)) {
    if (/\/components\/schemas$/.test(pointer)) {
      for (const [name, schema] of Object.entries(node)) roots.push({ pointer: `${pointer}/${name}`, schema })
    } else if (!pointer.startsWith('/components/schemas') && typeof node.schema === 'object') {
      roots.push({ pointer: `${pointer}/schema`, schema: node.schema })
    }
  }
  return roots.flatMap(withParts)
}

function withParts({ pointer, schema }: ListedSchema): ListedSchema[] {
  if (typeof schema !== 'object' || schema === null) return []
  const parts: ListedSchema[] = []
  const add = (key: string, part: OpenApiNode): void => {
    parts.push(...withParts({ pointer: `${pointer}/${key}`, schema: part }))
  }
  for (const key of ['items', 'additionalProperties', 'not', 'if', 'then', 'else']) {
    if (typeof schema[key] === 'object') add(key, schema[key])
  }
  for (const key of ['anyOf', 'allOf', 'oneOf', 'prefixItems'])
    for (const [index, part] of (schema[key] ?? []).entries()) add(`${key}/${index}`, part)
  for (const key of ['properties', 'patternProperties'])
    for (const [name, part] of Object.entries(schema[key] ?? {})) add(`${key}/${name}`, part)
  return [{ pointer, schema }, ...parts]
}
