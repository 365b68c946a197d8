import type { Answer } from '@headwater/testkit/api-client.ts'

/** An operation of the server's OpenAPI document, with what a request needs of it. */
export interface Operation {
  readonly operationId: string
  readonly method: string
  /** With `{parameters}`. */
  readonly path: string
  readonly parameters: readonly Parameter[]
  readonly hasBody: boolean
  /** The body is a form, not JSON. */
  readonly isForm: boolean
  /** A body that the document shows, if it shows one. */
  readonly example: unknown
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  /** What it may be, where that is a short list. */
  readonly values: readonly string[]
}

/** Every operation of a server, in the document's order. */
export async function readOperations(baseUrl: string): Promise<readonly Operation[]> {
  const document = (await (await fetch(`${baseUrl}/docs/json`)).json()) as Answer
  return Object.entries<Answer>(document.paths).flatMap(([path, item]) =>
    Object.entries<Answer>(item).map(([method, operation]) =>
      readOperation(document, path, method, operation),
    ),
  )
}

function readOperation(document: Answer, path: string, method: string, operation: Answer): Operation {
  const parameters: Answer[] = (operation.parameters ?? []).map((one: Answer) => resolve(document, one))
  const body = resolve(document, operation.requestBody)
  return {
    operationId: operation.operationId,
    method: method.toUpperCase(),
    path,
    parameters: parameters.map((one) => ({
      name: one.name,
      in: one.in,
      values: (resolve(document, one.schema)?.enum ?? []).map(String),
    })),
    hasBody: body !== undefined,
    isForm: Object.keys(body?.content ?? {})[0] === 'application/x-www-form-urlencoded',
    example: exampleOf(document, body),
  }
}

function exampleOf(document: Answer, body: Answer): unknown {
  const [media] = Object.values<Answer>(body?.content ?? {})
  const [first] = Object.values<Answer>(media?.examples ?? {})
  return media?.example ?? resolve(document, first)?.value ?? resolve(document, media?.schema)?.examples?.[0]
}

/** What a reference leads to. */
function resolve(document: Answer, node: Answer): Answer {
  if (typeof node?.$ref !== 'string') return node
  const steps = node.$ref.replace('#/', '').split('/')
  return resolve(
    document,
    steps.reduce(
      (part: Answer, step: string) => part?.[step.replace(/~1/g, '/').replace(/~0/g, '~')],
      document,
    ),
  )
}
