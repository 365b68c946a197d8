import type { TSchema } from 'typebox'
import type { HttpProblem } from '#http/problem.ts'

/**
 * What a route tells the document besides its schemas. Error answers are not written down in `response`: they are
 * made of the very problems that the route throws.
 */
declare module 'fastify' {
  interface FastifySchema {
    /** Errors of this operation; those of its family and of the gateway come by themselves. */
    readonly errors?: readonly DocumentedError[] | undefined
    /** Examples of bodies by name; those of the body's schema when absent. */
    readonly bodyExamples?: NamedExamples | undefined
    /** Examples of successful answers by name; those of the answer's schema when absent. */
    readonly answerExamples?: NamedExamples | undefined
    /** What the operation makes the server send, by name. */
    readonly callbacks?: Readonly<Record<string, DocumentedCallback>> | undefined
    /** The body may be left out. */
    readonly isBodyOptional?: boolean | undefined
  }
}

/** Name → example. */
export type NamedExamples = Readonly<Record<string, Example>>

export interface Example {
  readonly summary?: string | undefined
  readonly value: unknown
}

/** A request that the server sends because of what it was told. */
export interface DocumentedCallback {
  /** Where to, as an OpenAPI runtime expression: `{$request.body#/url}`. */
  readonly url: string
  readonly operationId: string
  readonly summary: string
  readonly headers: TSchema
  readonly body: TSchema
  /** Status → what an answer with it does. */
  readonly answers: Readonly<Record<string, string>>
}

/** One error with which an operation may answer. */
export interface DocumentedError {
  readonly status: number
  /** Unique among the examples of the document: `FLOW-1404-412`. */
  readonly name: string
  /** What leads to it. */
  readonly when: string
  readonly schema: TSchema
  /** The body of an answer. */
  readonly value: unknown
}

/** An answer that is more than a schema: with headers, or in other media types than JSON. */
export interface DocumentedAnswer {
  readonly description?: string | undefined
  readonly headers?: Readonly<Record<string, TSchema>> | undefined
  /** Media type → schema. */
  readonly content: Readonly<Record<string, { readonly schema: TSchema }>>
}

/** Causes that every family has. */
export const INVALID_CAUSE = 'The body is no JSON, or a member or a parameter has no valid value'
export const UNAVAILABLE_CAUSE = 'The server is stopping; another start, or another server, answers soon'
export const INTERNAL_CAUSE = 'A fault of the server; its log tells more under the request id'

export const DENIED_CAUSE = 'The client does not hold the permission that the operation needs'

/** Of the examples. */
const REQUEST_ID = '8b1f7a52-3c64-4e0d-9a6f-5d2e1c0b9a87'

/** The documentation of an error, made of a problem as the route throws it. */
export function documentError(
  problem: HttpProblem,
  { name, when, schema }: { readonly name: string; readonly when: string; readonly schema: TSchema },
): DocumentedError {
  return { status: problem.status, name, when, schema, value: problem.body(REQUEST_ID) }
}

/** The documentation of errors of one shape: name → cause and problem. */
export function documentErrors<Name extends string>(
  schema: TSchema,
  errors: Readonly<Record<Name, readonly [when: string, problem: HttpProblem]>>,
): Readonly<Record<Name, DocumentedError>> {
  const entries = Object.entries<readonly [string, HttpProblem]>(errors).map(([name, [when, problem]]) => [
    name,
    documentError(problem, { name, when, schema }),
  ])
  return Object.fromEntries(entries)
}

/** A JSON answer with headers. */
export function answerWith<const Headers extends Readonly<Record<string, TSchema>>>(
  schema: TSchema,
  headers: Headers,
): DocumentedAnswer & { readonly headers: Headers } {
  return { headers, content: { 'application/json': { schema } } }
}
