import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Area } from '#http/permissions.ts'
import type { Scope } from '#http/scope.ts'
import { isObject } from '#kit/json.ts'

/** A request that was to change something, as it is remembered. */
export interface AuditedRequest {
  readonly scope: Scope
  readonly area: Area
  readonly operation: string
  readonly action?: string | undefined
  readonly resourceId?: string | undefined
  readonly resourceName?: string | undefined
  readonly outcome: 'done' | 'denied' | 'failed'
  readonly status: number
  readonly requestId: string
}

/** Remembers a request; boot connects it. */
export type RecordChange = (request: AuditedRequest) => Promise<void>

/**
 * Has every request of the family remembered that changes something, or is refused for want of a permission. It is
 * remembered before the answer is sent: whatever a client knows to be done is found in the list.
 */
export function auditRoutes(app: FastifyInstance, area: Area, record: RecordChange): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const audited = auditedOf(request, reply, { area, payload })
    if (audited === undefined) return
    await record(audited).catch((error: unknown) =>
      // What was done is done.
      request.log.error({ err: error, operation: audited.operation }, 'a change could not be recorded'),
    )
  })
}

/** Pieces of a file are many; the file is begun and ended by operations of their own. */
const UNRECORDED: ReadonlySet<string> = new Set(['uploadFilePart'])

function auditedOf(
  request: FastifyRequest,
  { statusCode }: FastifyReply,
  { area, payload }: { readonly area: Area; readonly payload: unknown },
): AuditedRequest | undefined {
  const { schema } = request.routeOptions
  const { operationId = '', permission } = schema ?? {}
  const isChange = !['GET', 'HEAD'].includes(request.method) && permission?.startsWith('Manage') === true
  const outcome = outcomeOf(request, statusCode)
  // Without a scope nobody is known to have asked.
  if (!isChange || outcome === undefined || request.scope === undefined || UNRECORDED.has(operationId))
    return undefined
  const { op } = request.query as { readonly op?: unknown }
  return {
    scope: request.scope,
    area: (permission.split(' ')[1] as Area | undefined) ?? area,
    operation: operationId,
    action: shortText(op),
    resourceId: resourceOf(request, payload),
    resourceName: nameOf(request.body),
    outcome,
    status: statusCode,
    requestId: request.id,
  }
}

/** Refusals of what was asked for wrongly change nothing and tell nothing. */
function outcomeOf({ isDenied }: FastifyRequest, status: number): AuditedRequest['outcome'] | undefined {
  if (status < 400) return 'done'
  if (isDenied === true) return 'denied'
  return status >= 500 && status !== 503 ? 'failed' : undefined
}

/** What the path names last, or what the answer says was made. */
function resourceOf({ params }: FastifyRequest, payload: unknown): string | undefined {
  const named = Object.entries(params as Readonly<Record<string, string>>)
    .filter(([name]) => name !== 'container')
    .map(([, value]) => value)
    .at(0)
  return shortText(named) ?? madeOf(payload)
}

const LARGEST_ANSWER = 100_000

function madeOf(payload: unknown): string | undefined {
  if (typeof payload !== 'string' || payload.length > LARGEST_ANSWER) return undefined
  try {
    const answer: unknown = JSON.parse(payload)
    // Catalog names what it has made in a list: ["@/dataSets/65f0…"].
    if (Array.isArray(answer)) return shortText(String(answer[0]).replace(/^@\/\w+\//, ''))
    return isObject(answer) ? shortText(answer['id'] ?? answer['$id'] ?? answer['@id']) : undefined
  } catch {
    return undefined
  }
}

function nameOf(body: unknown): string | undefined {
  return isObject(body) ? shortText(body['name'] ?? body['title']) : undefined
}

function shortText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value.slice(0, 300) : undefined
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the gateway when the client lacks the permission. */
    isDenied?: boolean | undefined
  }
}
