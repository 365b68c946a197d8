import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { closeObjects } from './close-objects.ts'

/** One request with its answer, as seen on the wire. */
export interface Exchange {
  readonly method: string
  /** With or without a query. */
  readonly path: string
  readonly status: number
  readonly contentType: string | undefined
  /** Parsed when it is JSON. */
  readonly body: unknown
}

// biome-ignore lint/suspicious/noExplicitAny: a document of which everything is looked at by its path
type Document = any

interface Template {
  readonly path: string
  readonly pattern: RegExp
}

/**
 * An OpenAPI document as the judge of answers. Objects are taken to have no other members than those that are
 * described, unless the document says that they are open.
 */
export class ApiDescription {
  readonly #document: Document
  readonly #templates: readonly Template[]
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true, allowUnionTypes: true })
  readonly #validators = new Map<string, ValidateFunction>()

  constructor(document: object) {
    this.#document = document
    this.#templates = templatesOf(document)
    addFormats.default(this.#ajv as never)
    this.#ajv.addFormat('password', true)
    this.#ajv.addFormat('binary', true)
    this.#ajv.addSchema(closeObjects(document, false), 'whole')
    this.#ajv.addSchema(closeObjects(document, true), 'chosen')
  }

  /** What the document does not say about an answer, in sentences; empty when it says all of it. */
  problemsOf(exchange: Exchange): readonly string[] {
    const method = exchange.method.toLowerCase()
    const template = this.#find(exchange.path)
    const operation = template === undefined ? undefined : this.#document.paths[template.path][method]
    if (template === undefined || operation === undefined) return this.#judgeUnknown(exchange, template)
    const at = `/paths/${pointerOf(template.path)}/${method}/responses/${exchange.status}`
    const response = operation.responses[exchange.status]
    const problems =
      response === undefined
        ? [`has the status ${exchange.status}, which is not described: ${shown(exchange.body)}`]
        : this.#judgeBody(exchange, response, at)
    return problems.map((problem) => `The answer to ${operation.operationId} ${problem}`)
  }

  #find(path: string): Template | undefined {
    const plain = path.replace(/[?#].*$/, '').replace(/(.)\/+$/, '$1')
    return this.#templates.find(({ pattern }) => pattern.test(plain))
  }

  /** What is no operation can only be refused; HEAD is the GET of the same path, and pages are no operations. */
  #judgeUnknown({ method, path, status }: Exchange, template: Template | undefined): readonly string[] {
    if (status === 404 || status === 405) return []
    if (template === undefined && /^\/($|[?#]|docs|console|client)/.test(path)) return []
    if (method === 'HEAD' && template !== undefined && this.#document.paths[template.path].get) return []
    return [`${method} ${path} answers with ${status}, but is not described.`]
  }

  #judgeBody(
    { path, status, contentType, body }: Exchange,
    response: Document,
    at: string,
  ): readonly string[] {
    const { content } = response
    if (content === undefined) return body === undefined ? [] : [`should have no body: ${shown(body)}`]
    const type = (contentType ?? '').split(';')[0]?.trim() ?? ''
    if (content[type] === undefined) return [`has the type ${type || '(none)'}, which is not described.`]
    if (!/^application\/(\S+\+)?json$/.test(type)) return []
    const validate = this.#validator(
      `${isProjected(path) ? 'chosen' : 'whole'}#${at}/content/${pointerOf(type)}/schema`,
    )
    if (!validate(body))
      return [`does not match its schema: ${this.#ajv.errorsText(validate.errors)}: ${shown(body)}`]
    return status < 400 ? [] : judgeError(body, content[type].examples, this.#document.components.examples)
  }

  #validator(ref: string): ValidateFunction {
    const known = this.#validators.get(ref)
    if (known !== undefined) return known
    const made = this.#ajv.compile({ $ref: ref })
    this.#validators.set(ref, made)
    return made
  }
}

/**
 * True for a request that chooses properties: by `properties`, by a `property` without an operator, or by a search,
 * whose body we don't see.
 */
function isProjected(path: string): boolean {
  const { pathname, searchParams } = new URL(path, 'http://localhost')
  const isChosen = /\/search\/?$/.test(pathname) || searchParams.has('properties')
  return isChosen || searchParams.getAll('property').some((text) => !/[=<>!~]/.test(text))
}

/** Each error has its code among the examples of its status. */
function judgeError(body: unknown, examples: Document, shared: Document): readonly string[] {
  const known = Object.values(examples ?? {}).map((example: Document) => {
    const name =
      String(example.$ref ?? '')
        .split('/')
        .at(-1) ?? ''
    return errorIdentity((shared?.[name] ?? example).value)
  })
  const identity = errorIdentity(body)
  return known.includes(identity) ? [] : [`is the error ${identity}, which is not described: ${shown(body)}`]
}

/** What tells an error from others of its status: a code, else its title. */
export function errorIdentity(body: Document): string {
  const { type, error_code: code, title, error } = body ?? {}
  const own = typeof type === 'string' && type.startsWith('http') ? type.split('/').at(-1) : undefined
  return String(own ?? code ?? title ?? error)
}

/** Those without parameters first: `/runs/latest` is not a run. */
function templatesOf(document: Document): readonly Template[] {
  return Object.keys(document.paths)
    .toSorted((a, b) => count(a) - count(b))
    .map((path) => {
      const source = path
        .split(/\{\w+\}/)
        .map(RegExp.escape)
        .join('[^/]+')
      // The path of a file may have folders in it.
      const whole = path.endsWith('/{path}') ? source.replace(/\[\^\/\]\+$/, '.+') : source
      return { path, pattern: new RegExp(`^${whole}$`) }
    })
}

function count(path: string): number {
  return path.split('{').length
}

function pointerOf(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 600 ? `${text.slice(0, 600)}…` : text
}
