import type { Answer } from '@headwater/testkit/api-client.ts'

/**
 * A Swagger 2.0 document as OpenAPI 3, as far as its answers go: definitions become components, the schema of a
 * response its JSON content, and a path of any container one of each.
 */
export function fromSwagger(document: Answer): Answer {
  const { paths, definitions } = JSON.parse(
    // Examples hold schemas with ids of their own, which a validator would take for its own.
    JSON.stringify({ paths: document.paths, definitions: document.definitions }, (key, value) =>
      key === 'example' ? undefined : value,
    ).replaceAll('"#/definitions/', '"#/components/schemas/'),
  ) as Answer
  const items = Object.entries<Answer>(paths).flatMap(([path, item]) =>
    containersOf(path).map((each): [string, Answer] => [each, operationsOf(item)]),
  )
  return { paths: mergeItems(items), components: { schemas: definitions } }
}

function containersOf(path: string): readonly string[] {
  const container = '/{CONTAINER_ID}/'
  if (!path.startsWith(container)) return [path]
  return ['tenant', 'global'].map((name) => path.replace(container, `/${name}/`))
}

function operationsOf(item: Answer): Answer {
  return Object.fromEntries(
    Object.entries<Answer>(item)
      .filter(([, operation]) => operation?.responses !== undefined)
      .map(([method, { responses }]) => [method, { responses: answersOf(responses) }]),
  )
}

function answersOf(responses: Answer): Answer {
  return Object.fromEntries(
    Object.entries<Answer>(responses).map(([status, { schema }]) => [
      status,
      schema === undefined ? {} : { content: { 'application/json': { schema } } },
    ]),
  )
}

function mergeItems(items: readonly (readonly [string, Answer])[]): Answer {
  const merged: Answer = {}
  for (const [path, item] of items) {
    // Parameters of one place have many names there; the path is what counts.
    const key = path.replaceAll(/\{\w+\}/g, '{ID}')
    merged[key] = { ...merged[key], ...item }
  }
  return merged
}
