import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'

export interface FuzzRequest {
  readonly method: string
  /** Path and query, escaped as far as a request line needs it. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

export interface FuzzAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly text: string
}

const agent = new Agent({ keepAlive: true })

/** Sends a request as it is: nothing of its URL is tidied up. */
export async function send(
  baseUrl: string,
  { method, url, headers, body }: FuzzRequest,
): Promise<FuzzAnswer> {
  const { hostname, port } = new URL(baseUrl)
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const asked = request({ agent, hostname, port, method, path: url, headers: { ...headers, ...length } })
  asked.end(body)
  const [answered] = (await once(asked, 'response')) as [IncomingMessage]
  return { status: answered.statusCode ?? 0, headers: answered.headers, text: await text(answered) }
}

/** Escapes what a request line cannot carry, and what would end the part of the URL; leaves the rest raw. */
export function escapePart(part: string): string {
  return [...part.toWellFormed()]
    .map((character) =>
      /[!"$'()*,.:;<=>@[\\\]^_`{|}~\w-]/.test(character) ? character : encodeURIComponent(character),
    )
    .join('')
}
