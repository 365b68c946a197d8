/** What a failure is made of. */
export interface HeadwaterErrorFacts {
  readonly code: string
  /** The HTTP status; 0 when nobody answered. */
  readonly status: number
  readonly message: string
  readonly requestId?: string | undefined
  readonly report?: Readonly<Record<string, unknown>> | undefined
  /** The whole answer, parsed if it was JSON. */
  readonly body?: unknown
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/** Nobody answered: the server is not there, or the way to it is cut. */
export const UNREACHABLE = 'UNREACHABLE'

/**
 * A request that did not work, whichever service refused it and in whatever shape. The message is one sentence on
 * what is wrong and what to do.
 */
export class HeadwaterError extends Error {
  override readonly name = 'HeadwaterError'
  /** Stable: `FLOW-1404-412`, `403003` of the gateway, `XDM-1012-404`, `NotFoundError`, {@link UNREACHABLE}. */
  readonly code: string
  readonly status: number
  /** Under this id the log of the server tells more. */
  readonly requestId: string | undefined
  /** What the message speaks of, member by member: the Flow Service tells it. */
  readonly report: Readonly<Record<string, unknown>> | undefined
  /** The whole answer, parsed if it was JSON. */
  readonly body: unknown
  /** How long the server asks to wait before the same is tried again. */
  readonly retryAfterMs: number | undefined

  constructor(facts: HeadwaterErrorFacts) {
    const { code, status, message, requestId, report, body, retryAfterMs, cause } = facts
    super(message, { cause })
    this.code = code
    this.status = status
    this.requestId = requestId
    this.report = report
    this.body = body
    this.retryAfterMs = retryAfterMs
  }
}

/** The error that an answer stands for. */
export async function readError(response: Response): Promise<HeadwaterError> {
  const body = parse(await response.text())
  const told = isRecord(body) ? body : {}
  const requestId = response.headers.get('x-request-id') ?? undefined
  const { report } = told
  return new HeadwaterError({
    code: codeOf(told) ?? `HTTP-${response.status}`,
    status: response.status,
    message: messageOf(told) ?? `The server answered ${response.status} ${response.statusText}`.trim(),
    requestId,
    report: isRecord(report) ? report : undefined,
    body,
    retryAfterMs: readRetryAfter(response.headers.get('retry-after')),
  })
}

/** Each family of services has a place of its own for it. */
function codeOf({ type, error_code: gateway, title, error }: Record<string, unknown>): string | undefined {
  const own = typeof type === 'string' && type.startsWith('http') ? type.split('/').at(-1) : undefined
  return [own, gateway, title, error].find(isText)
}

function messageOf(told: Record<string, unknown>): string | undefined {
  const { errorMessage, message, detail, error_description: description, title } = told
  return [errorMessage, message, detail, description, title].find(isText)
}

/** Seconds, or a date. */
function readRetryAfter(text: string | null): number | undefined {
  if (text === null) return undefined
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const ms = Date.parse(text) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
