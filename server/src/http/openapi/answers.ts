import type { FastifySchema } from 'fastify'
import type { TSchema } from 'typebox'
import { isObject } from '#kit/json.ts'
import { type Components, isComponentName, type Node } from './components.ts'
import type { DocumentedAnswer, DocumentedError, NamedExamples } from './route-docs.ts'

const JSON_TYPE = 'application/json'

const MEANINGS: Readonly<Record<number, string>> = {
  200: 'Done',
  201: 'Created',
  202: 'Taken on; it is done a moment later',
  204: 'Done; there is nothing to say',
  206: 'The part that was asked for',
  400: 'The request cannot be carried out as it is',
  401: 'The token is not valid',
  403: 'The caller may not do this',
  404: 'There is no such thing',
  405: 'The path knows other methods',
  406: 'There is no such format',
  409: 'There is one already',
  412: 'It was changed in the meantime',
  416: 'The range lies outside',
  500: 'A fault of the server',
  503: 'Not able to serve right now',
}

/** All answers of an operation by status. */
export function describeAnswers(schema: FastifySchema, components: Components): Node {
  const successes = Object.entries((schema.response ?? {}) as Readonly<Record<string, unknown>>)
  const answers: [string, unknown][] = successes.map(([status, answer]) => [
    status,
    describeSuccess(Number(status), answer, { components, examples: schema.answerExamples }),
  ])
  for (const [status, errors] of byStatus(schema.errors ?? []))
    answers.push([String(status), describeErrors(status, errors, components)])
  return Object.fromEntries(answers.sort(([a], [b]) => Number(a) - Number(b)))
}

interface Context {
  readonly components: Components
  readonly examples: NamedExamples | undefined
}

function describeSuccess(status: number, answer: unknown, { components, examples }: Context): Node {
  const { description, headers = {}, content } = asAnswer(answer)
  const isEmpty = status === 204 || Object.keys(content).length === 0
  const told = {
    description: description ?? MEANINGS[status] ?? 'Done',
    headers: { ...describeHeaders(headers, components), ...requestId(components) },
  }
  if (isEmpty) return told
  const types = Object.entries(content).map(([type, { schema }]) => [
    type,
    describeContent(schema, { components, examples: type === JSON_TYPE ? examples : undefined }),
  ])
  return { ...told, content: Object.fromEntries(types) }
}

/** A schema with its examples: those given, else those that it brings along. */
export function describeContent(schema: TSchema, { components, examples }: Context): Node {
  const named = examples ?? ownExamples(schema as Node, components)
  return {
    schema: components.refer(schema),
    ...(Object.keys(named).length === 0 ? {} : { examples: named }),
  }
}

/** The examples that a schema brings along; those of a named one stand among the components, once for all. */
function ownExamples({ title, examples }: Node, components: Components): Node {
  if (!Array.isArray(examples)) return {}
  const entries = examples.map((value: unknown, index) => {
    const number = index === 0 ? '' : String(index + 1)
    if (!isComponentName(title)) return [`example${number}`, { value }]
    const name = `${title}${number}`
    return [name, components.share('examples', name, { value })]
  })
  return Object.fromEntries(entries)
}

function asAnswer(answer: unknown): DocumentedAnswer {
  if (isObject(answer) && isObject(answer['content'])) return answer as unknown as DocumentedAnswer
  const { description } = answer as Node
  return {
    content: { [JSON_TYPE]: { schema: answer as TSchema } },
    ...(typeof description === 'string' && !isNamed(answer) ? { description } : {}),
  }
}

function isNamed(schema: unknown): boolean {
  return typeof (schema as Node)['title'] === 'string'
}

function describeHeaders(headers: Readonly<Record<string, TSchema>>, components: Components): Node {
  const entries = Object.entries(headers).map(([name, schema]) => {
    const { description, ...rest } = schema as Node
    return [name, { description, schema: components.refer(rest) }]
  })
  return Object.fromEntries(entries)
}

function requestId(components: Components): Node {
  const header = {
    description:
      'Under this id the log of the server tells more. The one that the request sent, if it sent one',
    schema: { type: 'string' },
  }
  return { 'x-request-id': components.share('headers', 'RequestId', header) }
}

function byStatus(errors: readonly DocumentedError[]): ReadonlyMap<number, readonly DocumentedError[]> {
  const sorted = errors.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return Map.groupBy(new Map(sorted.map((error) => [error.name, error])).values(), ({ status }) => status)
}

/** One answer for all errors of a status; its examples are the errors. */
function describeErrors(status: number, errors: readonly DocumentedError[], components: Components): Node {
  const schemas = [...new Set(errors.map(({ schema }) => schema))].map((schema) => components.refer(schema))
  const examples = errors.map(({ name, when, value }) => [
    name,
    components.share('examples', name, { summary: `${name}: ${when}`, value }),
  ])
  const causes = errors.map(({ name, when }) => `- \`${name}\`: ${when}`)
  return {
    description: [MEANINGS[status] ?? 'Refused', '', ...causes].join('\n'),
    headers: requestId(components),
    content: {
      [JSON_TYPE]: {
        schema: schemas.length === 1 ? schemas[0] : { anyOf: schemas },
        examples: Object.fromEntries(examples),
      },
    },
  }
}
