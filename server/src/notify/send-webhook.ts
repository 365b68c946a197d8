import { once } from 'node:events'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { HostRules } from '#kit/host-rules.ts'
import { SECRET_MASK } from '#services/flow-service/connections/secret-params.ts'
import { hostOf } from '#services/flow-service/subscriptions/receiver-url.ts'
import type {
  SendWebhook,
  Webhook,
  WebhookAnswer,
} from '#services/flow-service/subscriptions/webhook-port.ts'
import { allowedLookup, assertAddressAllowed } from './allowed-lookup.ts'
import { signatureHeaders } from './sign-webhook.ts'

export interface WebhookSenderOptions {
  /** Receivers that may be called; undefined for any. */
  readonly hosts?: HostRules | undefined
  /** `Headwater/0.1.0`. */
  readonly userAgent: string
  /** For the whole exchange. Tests are in more of a hurry than servers. */
  readonly timeoutMs?: number | undefined
}

export const WEBHOOK_TIMEOUT_MS = 15_000
/** Of an answer's body: enough for a sentence, too little to read through what is behind a firewall. */
const KEPT_CHARS = 1_024
/** What is read to keep that: a header that is echoed at its end is seen whole, and hidden. */
const READ_BYTES = 4 * KEPT_CHARS + 8_192
const MAX_ERROR_CHARS = 500

/**
 * Makes the function that sends one message once: over a connection of its own, without following redirects, and
 * without reading more of the answer than is kept.
 */
export function createWebhookSender(options: WebhookSenderOptions): SendWebhook {
  const { timeoutMs = WEBHOOK_TIMEOUT_MS } = options
  return async (webhook, { signal }) => {
    const startedAt = performance.now()
    const timeout = AbortSignal.timeout(timeoutMs)
    const elapsedMs = (): number => Math.round(performance.now() - startedAt)
    try {
      const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout])
      const response = await post(webhook, options, either)
      return { ...(await judge(webhook, response)), elapsedMs: elapsedMs() }
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason
      const message = timeout.aborted
        ? `The receiver did not answer within ${timeoutMs / 1000} s.`
        : describe(error)
      return { isDelivered: false, error: message.slice(0, MAX_ERROR_CHARS), elapsedMs: elapsedMs() }
    }
  }
}

/** Sends and waits for the head of the answer. */
async function post(
  webhook: Webhook,
  { hosts, userAgent }: WebhookSenderOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const url = new URL(webhook.url)
  if (hosts !== undefined) assertAddressAllowed(hostOf(url), hosts)
  const body = Buffer.from(webhook.body)
  const headers = {
    'user-agent': userAgent,
    accept: '*/*',
    ...webhook.headers,
    'content-type': 'application/json',
    'content-length': String(body.length),
    ...signatureHeaders(webhook),
  }
  const lookup = hosts === undefined ? {} : { lookup: allowedLookup(hosts) }
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  const outgoing = request(url, { method: 'POST', headers, signal, agent: false, ...lookup })
  // What happens after the answer was taken is of no interest, but must not be unhandled.
  outgoing.on('error', () => {})
  outgoing.end(body)
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  return response
}

async function judge(webhook: Webhook, response: IncomingMessage): Promise<Omit<WebhookAnswer, 'elapsedMs'>> {
  const { statusCode = 0, headers } = response
  const said = cut(hideHeaders(await readStart(response), webhook.headers))
  const isDelivered = statusCode >= 200 && statusCode < 300
  return {
    isDelivered,
    statusCode,
    response: said === '' ? undefined : said,
    error: isDelivered ? undefined : describeStatus(statusCode),
    retryAfterMs: isDelivered ? undefined : parseRetryAfter(headers['retry-after'], webhook.sentAtMs),
  }
}

/** The start of the body as text; the rest is left in the socket, which is closed. */
async function readStart(response: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      chunks.push(chunk)
      size += chunk.length
      if (size >= READ_BYTES) break
    }
  } catch {
    // The status has been said; how the body ends changes nothing about it.
  }
  const start = Buffer.concat(chunks).subarray(0, READ_BYTES)
  // A character that was cut is left out, and NUL, which PostgreSQL can't keep.
  return new TextDecoder().decode(start, { stream: true }).replaceAll('\0', '')
}

/** What is kept of a text; not half of a pair of surrogates. */
function cut(text: string): string {
  return text.slice(0, KEPT_CHARS).replace(/[\ud800-\udbff]$/, '')
}

/** Receivers for trying things out say what they were sent; the values of headers must not be kept in the clear. */
function hideHeaders(said: string, headers: Webhook['headers']): string {
  const secrets = Object.values(headers).flatMap((value) => [value, ...value.split(/\s+/)])
  const longestFirst = secrets.filter(({ length }) => length >= 6).sort((a, b) => b.length - a.length)
  return longestFirst.reduce((text, secret) => text.replaceAll(secret, SECRET_MASK), said)
}

function describeStatus(status: number): string {
  const said = `The receiver answered ${status}`
  if (status === 410) return `${said} (Gone), which disables the subscription.`
  if (status < 300 || status >= 400) return `${said}.`
  return `${said}. Redirects are not followed: make url the address that it leads to.`
}

/** Milliseconds that `Retry-After` asks for, in seconds or as a date; `undefined` without a sensible one. */
export function parseRetryAfter(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,10}$/.test(text.trim())) return Number(text) * 1_000
  // The forms of HTTP begin with the day of the week; the engine takes much more for a date.
  const dateMs = /^[a-z]{3}/i.test(text.trim()) ? Date.parse(text) : Number.NaN
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs)
}

/** Whoever has several addresses fails at each of them. */
function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join('; ')
  return error instanceof Error ? error.message : String(error)
}
