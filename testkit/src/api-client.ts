import type { IssuedCredentials } from '@headwater/server/boot/credentials.ts'
import { expectDescribed, publishedDescription } from './openapi/expect-described.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of an answer, member by member
export type Answer = any

export interface ApiResponse {
  readonly status: number
  readonly headers: Headers
  readonly body: Answer
}

export interface CallOptions {
  readonly body?: unknown
  /** Replaces or, with `undefined`, leaves out a header. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined
}

/**
 * Speaks HTTP to a server as a client of the platform does. Answers are returned, not judged, but for one thing: the
 * server's own OpenAPI document must describe them.
 */
export class ApiClient {
  baseUrl: string
  readonly credentials: IssuedCredentials
  #token = ''
  #sandbox = 'prod'

  constructor(credentials: IssuedCredentials) {
    this.credentials = credentials
    this.baseUrl = credentials.base_url
  }

  get token(): string {
    return this.#token
  }

  /** The same client, with the same token, speaking to another server. */
  at(baseUrl: string): ApiClient {
    const other = new ApiClient({ ...this.credentials, base_url: baseUrl })
    other.#token = this.#token
    return other
  }

  /** The same client, with the same token, working in another sandbox. */
  in(sandbox: string): ApiClient {
    const other = this.at(this.baseUrl)
    other.#sandbox = sandbox
    return other
  }

  async authenticate(): Promise<void> {
    const { client_id, client_secret, scopes } = this.credentials
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id,
      client_secret,
      scope: scopes,
    })
    const response = await fetch(`${this.baseUrl}/ims/token/v3`, { method: 'POST', body })
    const answer = (await response.json()) as Answer
    if (!response.ok) throw new Error(`no token: ${JSON.stringify(answer)}`)
    this.#token = answer.access_token
  }

  get(path: string, options: CallOptions = {}): Promise<ApiResponse> {
    return this.call('GET', path, options)
  }

  post(path: string, body?: unknown, options: CallOptions = {}): Promise<ApiResponse> {
    return this.call('POST', path, { ...options, body })
  }

  async call(method: string, path: string, { body, headers = {} }: CallOptions = {}): Promise<ApiResponse> {
    const given = {
      authorization: `Bearer ${this.#token}`,
      'x-api-key': this.credentials.client_id,
      'x-gw-ims-org-id': this.credentials.ims_org,
      'x-sandbox-name': this.#sandbox,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    }
    const kept = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined)
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: Object.fromEntries(kept),
      ...(text === undefined ? {} : { body: text }),
    })
    const answer = parse(await response.text())
    const { status, headers: answered } = response
    const contentType = answered.get('content-type') ?? undefined
    expectDescribed(await publishedDescription(this.baseUrl), {
      method,
      path,
      status,
      contentType,
      body: answer,
    })
    return { status, headers: answered, body: answer }
  }
}

function parse(text: string): Answer {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return text
  }
}
