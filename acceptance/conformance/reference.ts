import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { FLOW } from '@headwater/testkit/journey.ts'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'
import type { AnswerWitness, FlowAnswer } from './flow-client.ts'
import { corrected } from './reference-mistakes.ts'

/*
 * The platform's own OpenAPI document of the Flow Service, which is not part of this project. Where it is at
 * hand, every answer of every conformance test is held against it.
 */

const FOLDER = process.env['HEADWATER_TEST_OPENAPI'] ?? join(import.meta.dirname, '../../../shared/openapi')
const FILE = join(FOLDER, 'flow-service.yaml')

export const hasReference: boolean = existsSync(FILE)

/** Says in the name of a skipped test why it is. */
export const referenceTitle: string = hasReference
  ? 'the reference OpenAPI document'
  : `the reference OpenAPI document (SKIPPED: there is no ${FILE}; set HEADWATER_TEST_OPENAPI to its folder)`

const violations: string[] = []

/** Holds an answer against the reference and notes what is wrong with it for {@link takeViolations}. */
export const witnessAnswer: AnswerWitness = (asked, answer) => {
  if (reference !== undefined) noteViolations(reference, asked, answer)
}

/** Holds an answer against a description of the API and notes what is wrong with it for {@link takeViolations}. */
export function noteViolations(
  reference: Reference,
  { method, url }: { readonly method: string; readonly url: string },
  answer: FlowAnswer,
): void {
  const found = reference.violationsOf(method, url, answer)
  violations.push(...found.map((violation) => `${method} ${url} → ${answer.status}: ${violation}`))
}

/** What was noted since the last time, and forgets it. */
export function takeViolations(): readonly string[] {
  return [...new Set(violations.splice(0))]
}

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Answer }>>
}

/** The reference as a judge of answers. */
export class Reference {
  readonly #paths: readonly { readonly pattern: RegExp; readonly operations: Map<string, Operation> }[]
  readonly #components: Answer
  readonly #validators = new Map<unknown, ValidateFunction>()
  readonly #ajv = addFormats.default(new Ajv({ strict: false, allErrors: true }))

  readonly #basePath: string

  constructor(document: Answer, basePath: string = FLOW) {
    this.#basePath = basePath
    this.#components = document.components
    // A literal segment goes before a parameter, `/connections/search` before `/connections/{id}`.
    this.#paths = [...pathsOf(document)]
      .sort(([one], [other]) => one.split('{').length - other.split('{').length)
      .map(([template, operations]) => ({ pattern: patternOf(template), operations }))
  }

  /** What is wrong with an answer, in words; nothing for an operation that the reference doesn't know. */
  violationsOf(method: string, url: string, { status, body, headers }: FlowAnswer): readonly string[] {
    const operation = this.#find(method, url)
    if (operation === undefined) return []
    const response = operation.responses[status]
    // It declares few of the errors that it documents, but all successes.
    if (response === undefined) return status < 400 ? ['the reference knows no such success'] : []
    const schema = response.content?.['application/json']?.schema
    // The bytes of a file are none of the document's business.
    if (schema === undefined || !/json/.test(String(headers['content-type'] ?? 'json'))) return []
    const validate = this.#validatorOf(schema)
    return validate(body)
      ? []
      : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)
  }

  #find(method: string, url: string): Operation | undefined {
    const path = url.replace(/\?.*$/s, '').replace(/\/$/, '')
    if (!path.startsWith(`${this.#basePath}/`)) return undefined
    const found = this.#paths.find(({ pattern }) => pattern.test(path.slice(this.#basePath.length)))
    return found?.operations.get(method.toLowerCase())
  }

  #validatorOf(schema: Answer): ValidateFunction {
    const known = this.#validators.get(schema)
    if (known !== undefined) return known
    const made = this.#ajv.compile({ allOf: [schema], components: this.#components })
    this.#validators.set(schema, made)
    return made
  }
}

/** Operations by path; what differs in its last slash only is one path. */
function pathsOf(document: Answer): Map<string, Map<string, Operation>> {
  const paths = new Map<string, Map<string, Operation>>()
  for (const [template, item] of Object.entries<Answer>(document.paths)) {
    const path = template.replace(/\/$/, '')
    paths.set(path, new Map([...(paths.get(path) ?? []), ...Object.entries<Operation>(item)]))
  }
  return paths
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll(/\{[^}]*\}/g, '[^/]+')}$`)
}

/** The document as it is, with its mistakes; throws where there is none. */
export function readReference(): Answer {
  return parse(readFileSync(FILE, 'utf8'))
}

const reference = hasReference ? new Reference(corrected(readReference())) : undefined
