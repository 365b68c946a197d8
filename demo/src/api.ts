import { dim, say } from './screen.ts'

/** What `headwater credentials create --json` prints. */
export interface Credentials {
  readonly base_url: string
  readonly token_url: string
  readonly ims_org: string
  readonly client_id: string
  readonly client_secret: string
  readonly scopes: string
}

// biome-ignore lint/suspicious/noExplicitAny: answers are read the way a script reads them; a wrong member fails loudly
export type Answer = any

export interface CallOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Polling would bury the journey under equal lines. */
  readonly isQuiet?: boolean | undefined
  /** A few words about the answer, printed behind its status. */
  readonly note?: ((answer: Answer) => string) | undefined
}

/** A client of the API that knows nothing but HTTP and prints a line for each request. */
export class Api {
  readonly #credentials: Credentials
  #token = ''

  constructor(credentials: Credentials) {
    this.#credentials = credentials
  }

  /** Gets the token that all other calls need. */
  async authenticate(): Promise<void> {
    const { token_url, client_id, client_secret, scopes } = this.#credentials
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id,
      client_secret,
      scope: scopes,
    })
    const path = new URL(token_url).pathname
    const answer = await this.#send(
      'POST',
      token_url,
      path,
      { method: 'POST', body: form },
      {
        note: ({ expires_in }) => `token for ${Math.round(expires_in / 3600)} hours`,
      },
    )
    this.#token = answer.access_token
  }

  get(path: string, options: CallOptions = {}): Promise<Answer> {
    return this.#call('GET', path, options)
  }

  post(path: string, body: unknown, options: CallOptions = {}): Promise<Answer> {
    return this.#call('POST', path, { ...options, body })
  }

  #call(method: string, path: string, options: CallOptions): Promise<Answer> {
    const { base_url, client_id, ims_org } = this.#credentials
    const headers = {
      authorization: `Bearer ${this.#token}`,
      'x-api-key': client_id,
      'x-gw-ims-org-id': ims_org,
      'x-sandbox-name': 'prod',
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    }
    const body = options.body === undefined ? null : JSON.stringify(options.body)
    return this.#send(method, `${base_url}${path}`, path, { method, headers, body }, options)
  }

  async #send(
    method: string,
    url: string,
    path: string,
    init: RequestInit,
    options: CallOptions,
  ): Promise<Answer> {
    const startedAt = performance.now()
    const response = await fetch(url, init)
    const answer = await readJson(response)
    const tookMs = Math.round(performance.now() - startedAt)
    if (options.isQuiet !== true) {
      const note = response.ok ? (options.note?.(answer) ?? '') : reasonOf(answer)
      say(
        `  ${method.padEnd(4)} ${shorten(path)} ${dim(`→ ${response.status} ${tookMs} ms`)} ${note}`.trimEnd(),
      )
    }
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}. ${reasonOf(answer)}`)
    return answer
  }
}

/** What a person needs of an error: its sentence. Every family of the platform has a name of its own for it. */
function reasonOf(answer: Answer): string {
  const { errorMessage, detail, message, error_description } = answer ?? {}
  return errorMessage ?? detail ?? message ?? error_description ?? JSON.stringify(answer)
}

async function readJson(response: Response): Promise<Answer> {
  const text = await response.text()
  return text === '' ? undefined : JSON.parse(text)
}

const MAX_PATH = 92

function shorten(path: string): string {
  const readable = decodeURIComponent(path).replace('/data/foundation/', '…/')
  return readable.length > MAX_PATH ? `${readable.slice(0, MAX_PATH - 1)}…` : readable
}
