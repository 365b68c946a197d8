/** A message for a receiver: everything that one attempt needs. Holds secrets; not for logs. */
export interface Webhook {
  readonly url: string
  /** Names the event for the receiver; the same in every attempt. */
  readonly id: string
  /** JSON, sent as it is. */
  readonly body: string
  /** `whsec_…`, newest first: each of them signs. */
  readonly signingSecrets: readonly string[]
  /** Sent besides. */
  readonly headers: Readonly<Record<string, string>>
  /** Epoch milliseconds: the time that is signed. */
  readonly sentAtMs: number
}

/** What came of an attempt. A receiver that fails is an answer and no error. */
export interface WebhookAnswer {
  /** True when the receiver answered 2xx. */
  readonly isDelivered: boolean
  /** Absent when there was no answer. */
  readonly statusCode?: number | undefined
  /** How long the receiver asked to be left alone. */
  readonly retryAfterMs?: number | undefined
  /** The first bytes of the answer's body. */
  readonly response?: string | undefined
  /** Why it failed, without any secret. */
  readonly error?: string | undefined
  readonly elapsedMs: number
}

/** Sends one message once. Rejects only when `signal` is aborted. */
export type SendWebhook = (
  webhook: Webhook,
  options: { readonly signal?: AbortSignal | undefined },
) => Promise<WebhookAnswer>
