import type { Credentials, TokenSource } from './credentials.ts'
import { HeadwaterError, readError } from './error.ts'
import { pauseBefore, sleep } from './retry.ts'
import type { Send } from './send.ts'

/** What every call may be told. */
export interface CallOptions {
  /** The sandbox to work in, where it isn't that of the client. */
  readonly sandbox?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** An id of your own for the log of the server; the same for a request that is repeated. */
  readonly requestId?: string | undefined
}

/** Text, numbers and booleans; several of one name as a list. What is `undefined` is left out. */
export type Query = Readonly<Record<string, QueryValue | readonly QueryValue[] | undefined>>
type QueryValue = string | number | boolean

/** What a file is sent from: bytes, text or a `Blob`, which may be a file on disk. */
export type Bytes = Uint8Array<ArrayBuffer> | string | Blob

export interface Call extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Query | undefined
  /** JSON, unless it is absent. */
  readonly body?: unknown
  /** Bytes, in the place of JSON. */
  readonly bytes?: Bytes | undefined
  /** An etag, double quotes included. */
  readonly ifMatch?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

export interface TransportParts {
  readonly send: Send
  readonly credentials: Credentials
  readonly tokens: TokenSource
  readonly sandbox: string | undefined
  /** How often a read is tried in all. */
  readonly attempts: number
}

/** Requests with everything that the gateway asks for: tokens, headers, and what is to be done when they fail. */
export class Transport {
  readonly #parts: TransportParts

  constructor(parts: TransportParts) {
    this.#parts = parts
  }

  /** The same for another sandbox; tokens are shared. */
  inSandbox(sandbox: string | undefined): Transport {
    return new Transport({ ...this.#parts, sandbox })
  }

  /** The JSON of the answer, `undefined` when it is empty. @throws HeadwaterError */
  async call(call: Call): Promise<unknown> {
    const response = await this.respond(call)
    const text = await response.text()
    return text === '' ? undefined : JSON.parse(text)
  }

  /** The answer itself. @throws HeadwaterError for one that is not a success */
  async respond(call: Call): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(call)
      } catch (error) {
        const pauseMs = this.#pauseAfter(error, call, attempt)
        if (pauseMs === undefined) throw error
        await sleep(pauseMs, call.signal)
      }
    }
  }

  async #attempt(call: Call): Promise<Response> {
    const { tokens } = this.#parts
    const token = await tokens.get(call.signal)
    const response = await this.#send(call, token)
    if (response.ok) return response
    // A token that the server does not take says nothing about the request, which was not looked at.
    if (response.status === 401 && tokens.refuse(token)) {
      const second = await this.#send(call, await tokens.get(call.signal))
      if (second.ok) return second
      throw await readError(second)
    }
    throw await readError(response)
  }

  async #send(call: Call, token: string): Promise<Response> {
    const { credentials, sandbox } = this.#parts
    const { method, path, query, body, bytes, ifMatch, requestId } = call
    const name = call.sandbox ?? sandbox
    const headers = {
      accept: 'application/json',
      authorization: `Bearer ${token}`,
      'x-api-key': credentials.clientId,
      'x-gw-ims-org-id': credentials.orgId,
      ...(name === undefined ? {} : { 'x-sandbox-name': name }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      ...(requestId === undefined ? {} : { 'x-request-id': requestId }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(bytes === undefined ? {} : { 'content-type': 'application/octet-stream' }),
      ...call.headers,
    }
    return await this.#parts.send(path + formatQuery(query), {
      method,
      headers,
      signal: call.signal ?? null,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(bytes === undefined ? {} : { body: bytes }),
    })
  }

  /** Reads may be repeated without harm; for anything else it is for the caller to say. */
  #pauseAfter(error: unknown, { method }: Call, attempt: number): number | undefined {
    if (method !== 'GET' || attempt >= this.#parts.attempts) return undefined
    return error instanceof HeadwaterError ? pauseBefore(error, attempt) : undefined
  }
}

function formatQuery(query: Query | undefined): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    const values = Array.isArray(value) ? (value as readonly QueryValue[]) : [value as QueryValue | undefined]
    for (const one of values) if (one !== undefined) parameters.append(name, String(one))
  }
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}
