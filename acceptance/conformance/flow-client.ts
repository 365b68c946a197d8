import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Answer, ApiClient } from '@headwater/testkit/api-client.ts'
import { FLOW } from '@headwater/testkit/journey.ts'

export interface FlowAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** The JSON that was answered; `undefined` for an empty body, the text itself for what is no JSON. */
  readonly body: Answer
  readonly text: string
}

export interface Asking {
  /** Text is sent as it is, everything else as JSON. */
  readonly body?: unknown
  /** Replaces or, with `undefined`, leaves out a header. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined
}

/** What is told of every answer; it judges by noting, never by throwing. */
export type AnswerWitness = (
  asked: { readonly method: string; readonly url: string },
  answer: FlowAnswer,
) => void

const agent = new Agent({ keepAlive: true })

/**
 * Speaks to the Flow Service byte by byte: what a path or a header holds goes out as it was written, where
 * `fetch` would tidy it up. Paths that do not begin with `/data/` are below the base path of the service.
 */
export class FlowClient {
  readonly #api: ApiClient
  readonly #headers: Readonly<Record<string, string | undefined>>
  readonly #witness: AnswerWitness

  constructor(
    api: ApiClient,
    witness: AnswerWitness,
    headers: Readonly<Record<string, string | undefined>> = {},
  ) {
    this.#api = api
    this.#witness = witness
    this.#headers = headers
  }

  /** The headers that go out with every request. */
  get headers(): Readonly<Record<string, string | undefined>> {
    return {
      authorization: `Bearer ${this.#api.token}`,
      'x-api-key': this.#api.credentials.client_id,
      'x-gw-ims-org-id': this.#api.credentials.ims_org,
      'x-sandbox-name': 'prod',
      ...this.#headers,
    }
  }

  /** The same client with other headers on every request. */
  with(headers: Readonly<Record<string, string | undefined>>): FlowClient {
    return new FlowClient(this.#api, this.#witness, { ...this.#headers, ...headers })
  }

  get(path: string, asking: Asking = {}): Promise<FlowAnswer> {
    return this.call('GET', path, asking)
  }

  post(path: string, body?: unknown, asking: Asking = {}): Promise<FlowAnswer> {
    return this.call('POST', path, { ...asking, body })
  }

  put(path: string, body: unknown, ifMatch?: string): Promise<FlowAnswer> {
    return this.call('PUT', path, { body, headers: { 'if-match': ifMatch } })
  }

  patch(path: string, body: unknown, ifMatch?: string): Promise<FlowAnswer> {
    return this.call('PATCH', path, { body, headers: { 'if-match': ifMatch } })
  }

  delete(path: string, asking: Asking = {}): Promise<FlowAnswer> {
    return this.call('DELETE', path, asking)
  }

  async call(method: string, path: string, { body, headers = {} }: Asking = {}): Promise<FlowAnswer> {
    const url = path.startsWith('/data/') ? path : `${FLOW}${path}`
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const given = { ...this.headers, ...type, ...headers }
    const answer = await this.#send(method, url, kept(given), asText(body))
    this.#witness({ method, url }, answer)
    return answer
  }

  async #send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string | undefined,
  ): Promise<FlowAnswer> {
    const { hostname, port } = new URL(this.#api.baseUrl)
    const sent = request({ agent, hostname, port, method, path, headers: { ...headers } })
    sent.end(body)
    const [received] = (await once(sent, 'response')) as [IncomingMessage]
    const answer = await text(received)
    return { status: received.statusCode ?? 0, headers: received.headers, body: parse(answer), text: answer }
  }
}

/** The only item of an answer that holds one. */
export function onlyItem({ status, body, text: answer }: FlowAnswer): Answer {
  if (status === 200 && Array.isArray(body?.items) && body.items.length === 1) return body.items[0]
  throw new Error(`expected one item, got ${status}: ${answer}`)
}

/** `1439-404` of an error of the service; the whole answer when it is none, so that a test shows it. */
export function codeOf({ status, body, text: answer }: FlowAnswer): string {
  const code = /\/FLOW-(\d{4}-\d{3})$/.exec(body?.type)?.[1]
  return code?.endsWith(String(status)) ? code : `${status}: ${answer}`
}

function kept(headers: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(entries)
}

function asText(body: unknown): string | undefined {
  return body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
}

function parse(answer: string): Answer {
  try {
    return answer === '' ? undefined : JSON.parse(answer)
  } catch {
    return answer
  }
}
