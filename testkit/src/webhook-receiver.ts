import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import type { Answer } from './api-client.ts'

/** A message as it arrived. */
export interface ReceivedWebhook {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Byte for byte. */
  readonly raw: string
  readonly body: Answer
  readonly atMs: number
}

/** What a receiver does with a message, given how many it has had. Without an answer it keeps the sender waiting. */
export type Behaviour = (
  reply: ServerResponse,
  received: ReceivedWebhook,
  count: number,
) => void | Promise<void>

/** Answers with a status, and with headers and a body if there are any. */
export function answers(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): Behaviour {
  return (reply) => void reply.writeHead(status, headers).end(body)
}

/** A real HTTP server on loopback that takes webhooks and remembers them. */
export class WebhookReceiver implements AsyncDisposable {
  readonly received: ReceivedWebhook[] = []
  /** Messages that are being answered, and the most that there were at a time. */
  atWork = 0
  mostAtWork = 0
  #behaviour: Behaviour = answers(204)
  readonly #server = createServer((request, reply) => void this.#take(request, reply))

  /** Starts one on a free port. */
  static async start(behaviour?: Behaviour): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver()
    if (behaviour !== undefined) receiver.behave(behaviour)
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve))
    return receiver
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`
  }

  /** From now on. */
  behave(behaviour: Behaviour): void {
    this.#behaviour = behaviour
  }

  async #take(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    this.atWork++
    this.mostAtWork = Math.max(this.mostAtWork, this.atWork)
    reply.on('close', () => this.atWork--)
    const raw = (await buffer(request)).toString('utf8')
    const received = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers as Record<string, string>,
      raw,
      body: JSON.parse(raw) as Answer,
      atMs: Date.now(),
    }
    this.received.push(received)
    await this.#behaviour(reply, received, this.received.length)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }
}

/** True when the message carries a signature with the secret, by the reference library of Standard Webhooks. */
export function isSignedWith(secret: string, { headers, raw }: ReceivedWebhook): boolean {
  // Not `verify`, which compares the time with that of this machine; tests have clocks of their own.
  const at = new Date(Number(headers['webhook-timestamp']) * 1_000)
  const expected = new Webhook(secret).sign(headers['webhook-id'] ?? '', at, raw)
  return (headers['webhook-signature'] ?? '').split(' ').includes(expected)
}
