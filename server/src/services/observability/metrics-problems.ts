import { MetricsError } from '@headwater/contract/observability.ts'
import type { FastifyRequest } from 'fastify'
import type { ErrorFamily } from '#http/error-writer.ts'
import {
  DENIED_CAUSE,
  documentErrors,
  INTERNAL_CAUSE,
  INVALID_CAUSE,
  UNAVAILABLE_CAUSE,
} from '#http/openapi/route-docs.ts'
import { denial, type Permission } from '#http/permissions.ts'
import type { Denial } from '#http/plugins/gateway.ts'
import { HttpProblem } from '#http/problem.ts'
import type { Scope } from '#http/scope.ts'

export interface MetricsProblemOptions {
  /** Who asked, once that is known. */
  readonly scope?: Scope | undefined
  readonly atMs?: number | undefined
}

/** An error of Observability. */
export class MetricsProblem extends HttpProblem {
  override readonly name = 'MetricsProblem'
  readonly status: number
  readonly code: string
  readonly #options: MetricsProblemOptions

  constructor(status: number, code: string, title: string, options: MetricsProblemOptions = {}) {
    super(title)
    this.status = status
    this.code = `INSGHT-${code}-${status}`
    this.#options = options
  }

  /** The same problem, told to whoever asked. */
  of(scope: Scope): MetricsProblem {
    const code = this.code.split('-')[1] ?? ''
    return new MetricsProblem(this.status, code, this.message, { ...this.#options, scope })
  }

  body(): Readonly<Record<string, unknown>> {
    const { scope, atMs = Date.now() } = this.#options
    return {
      type: `http://ns.adobe.com/aep/errors/${this.code}`,
      title: this.message,
      status: this.status,
      report: { tenantInfo: scope === undefined ? {} : tenantInfo(scope) },
      'error-chain': [
        { serviceId: 'INSGHT', errorCode: this.code, invokingServiceId: 'INSGHT', unixTimeStampMs: atMs },
      ],
    }
  }
}

function tenantInfo({ orgId, sandbox }: Scope) {
  return { sandboxName: sandbox.name, sandboxId: sandbox.id, imsOrgId: orgId }
}

export const invalidMetrics = (title: string, options?: MetricsProblemOptions) =>
  new MetricsProblem(400, '1000', title, options)

export const sandboxInvalid = (name: string, options?: MetricsProblemOptions) =>
  new MetricsProblem(
    401,
    '1003',
    `Sandbox validation error: there is no active sandbox '${name}' in this organisation.`,
    options,
  )

const denied = (permission: Permission, where: string, options?: MetricsProblemOptions) =>
  new MetricsProblem(403, '1004', denial(permission, where), options)

const internal = (options?: MetricsProblemOptions) =>
  new MetricsProblem(500, '1001', 'An internal error occurred. Try again.', options)
const unavailable = (options?: MetricsProblemOptions) =>
  new MetricsProblem(503, '1002', 'The service is not available now. Try again in a moment.', options)

/** Of the examples. */
const AT = { atMs: 1_760_000_000_000 } as const

/** What its operations may answer. */
export const METRICS_ERRORS = documentErrors(MetricsError, {
  'INSGHT-1000-400': [INVALID_CAUSE, invalidMetrics("'start' can't be after 'end'.", AT)],
  'INSGHT-1001-500': [INTERNAL_CAUSE, internal(AT)],
  'INSGHT-1002-503': [UNAVAILABLE_CAUSE, unavailable(AT)],
  'INSGHT-1003-401': ['`x-sandbox-name` names no active sandbox', sandboxInvalid('prd', AT)],
})

export const METRICS_DENIAL: Denial = {
  problem: denied,
  error: documentErrors(MetricsError, {
    'INSGHT-1004-403': [DENIED_CAUSE, denied('View Datasets', 'in the sandbox prod', AT)],
  })['INSGHT-1004-403'],
}

export const METRICS_FAMILY: ErrorFamily = {
  invalid: (message) => invalidMetrics(message),
  internal: () => internal(),
  unavailable: () => unavailable(),
  errors: [
    METRICS_ERRORS['INSGHT-1000-400'],
    METRICS_ERRORS['INSGHT-1001-500'],
    METRICS_ERRORS['INSGHT-1002-503'],
  ],
}

/** A problem that knows who asked. */
export function toldTo(error: unknown, { scope }: FastifyRequest): unknown {
  return error instanceof MetricsProblem ? error.of(scope) : error
}
