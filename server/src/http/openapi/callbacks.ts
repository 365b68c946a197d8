import { describeContent } from './answers.ts'
import type { Components, Node } from './components.ts'
import { describeParameters } from './parameters.ts'
import type { DocumentedCallback } from './route-docs.ts'

/** The requests that an operation makes the server send. */
export function describeCallbacks(
  callbacks: Readonly<Record<string, DocumentedCallback>>,
  components: Components,
): Node {
  const entries = Object.entries(callbacks).map(([name, callback]) => [
    name,
    { [callback.url]: { post: describeCallback(callback, components) } },
  ])
  return Object.fromEntries(entries)
}

function describeCallback(callback: DocumentedCallback, components: Components): Node {
  const { operationId, summary, headers, body, answers } = callback
  const content = describeContent(body, { components, examples: undefined })
  return {
    operationId,
    summary,
    // Whoever receives it has rules of his own.
    security: [],
    parameters: describeParameters('header', headers, components),
    requestBody: { required: true, content: { 'application/json': content } },
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, description]) => [status, { description }]),
    ),
  }
}
