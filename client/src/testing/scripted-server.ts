import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** What a server is to answer next. */
export interface Scripted {
  readonly status?: number | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** JSON, unless it is text. */
  readonly body?: unknown
  /** Hangs up without an answer. */
  readonly hangsUp?: boolean | undefined
}

/** A request as it arrived. */
export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** An HTTP server that answers what a test tells it, in order, and tokens on its own. */
export interface ScriptedServer extends AsyncDisposable {
  readonly url: string
  /** Without those for tokens. */
  readonly received: readonly Received[]
  /** Tokens that were given out: `token-1`, `token-2` … */
  readonly tokens: readonly string[]
  answer(...answers: readonly Scripted[]): void
}

export async function startScriptedServer(): Promise<ScriptedServer> {
  const script: Scripted[] = []
  const received: Received[] = []
  const tokens: string[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    if (request.url === '/ims/token/v3') {
      tokens.push(`token-${tokens.length + 1}`)
      response.setHeader('content-type', 'application/json')
      return response.end(
        JSON.stringify({ access_token: tokens.at(-1), token_type: 'bearer', expires_in: 3600 }),
      )
    }
    const { method = '', url = '', headers } = request
    received.push({ method, url, headers, body })
    const {
      status = 200,
      headers: told = {},
      body: answer,
      hangsUp,
    } = script.shift() ?? { body: { items: [{}], _links: {} } }
    if (hangsUp === true) return response.destroy()
    response.writeHead(status, { 'content-type': 'application/json', ...told })
    return response.end(
      answer === undefined ? '' : typeof answer === 'string' ? answer : JSON.stringify(answer),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    tokens,
    answer: (...answers) => void script.push(...answers),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
