import type { TokenResponse } from '@headwater/contract/ims.ts'
import { readError } from './error.ts'
import type { Send } from './send.ts'

/** Who calls, by id and secret: tokens are fetched, and fetched anew before they end. */
export interface ClientCredentials {
  readonly clientId: string
  readonly clientSecret: string
  readonly orgId: string
  /** `openid,AdobeID`; all of the client when absent. */
  readonly scopes?: string | undefined
}

/** Who calls, by a token that the caller looks after. */
export interface TokenCredentials {
  readonly clientId: string
  readonly orgId: string
  readonly token: string
}

export type Credentials = ClientCredentials | TokenCredentials

/** Tokens for requests. */
export interface TokenSource {
  /** A token that is still good for a while. */
  get(signal: AbortSignal | undefined): Promise<string>
  /** Says that the server refused a token. @returns whether there may be a better one */
  refuse(token: string): boolean
}

export function tokensOf(credentials: Credentials, send: Send, now: () => number): TokenSource {
  return 'token' in credentials
    ? { get: async () => credentials.token, refuse: () => false }
    : new FetchedTokens(credentials, send, now)
}

/** How long before its end a token is not used any more, at most: clocks differ, and requests take time. */
const MARGIN_MS = 60_000

class FetchedTokens implements TokenSource {
  readonly #credentials: ClientCredentials
  readonly #send: Send
  readonly #now: () => number
  #token: { readonly text: string; readonly goodUntilMs: number } | undefined
  #fetching: Promise<string> | undefined

  constructor(credentials: ClientCredentials, send: Send, now: () => number) {
    this.#credentials = credentials
    this.#send = send
    this.#now = now
  }

  async get(signal: AbortSignal | undefined): Promise<string> {
    const token = this.#token
    if (token !== undefined && this.#now() < token.goodUntilMs) return token.text
    // All that wait get the same one; who gives up waiting does not end it for the others.
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined
    })
    return await unlessAborted(this.#fetching, signal)
  }

  refuse(token: string): boolean {
    if (this.#token?.text === token) this.#token = undefined
    return true
  }

  async #fetch(): Promise<string> {
    const { clientId, clientSecret, scopes } = this.#credentials
    const askedAtMs = this.#now()
    const { access_token: text, expires_in: seconds } = await requestToken(this.#send, {
      clientId,
      clientSecret,
      scopes,
    })
    const lifeMs = seconds * 1000
    this.#token = { text, goodUntilMs: askedAtMs + lifeMs - Math.min(MARGIN_MS, lifeMs / 2) }
    return text
  }
}

/** Exchanges id and secret for a token. @throws HeadwaterError */
export async function requestToken(
  send: Send,
  { clientId, clientSecret, scopes }: Omit<ClientCredentials, 'orgId'>,
  signal?: AbortSignal | undefined,
): Promise<TokenResponse> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    ...(scopes === undefined ? {} : { scope: scopes }),
  })
  const response = await send('/ims/token/v3', { method: 'POST', body, signal: signal ?? null })
  if (!response.ok) throw await readError(response)
  return (await response.json()) as TokenResponse
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
