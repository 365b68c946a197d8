import { LabelsError } from '@headwater/contract/labels.ts'
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

const WORDS: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  412: 'PRECONDITION_FAILED',
  500: 'INTERNAL_SERVER_ERROR',
  503: 'SERVICE_UNAVAILABLE',
}

/** An error of the service of labels. */
export class LabelsProblem extends HttpProblem {
  override readonly name = 'LabelsProblem'
  readonly status: number
  readonly path: string
  readonly #atMs: number

  constructor(status: number, message: string, { path = '/', atMs = Date.now() } = {}) {
    super(message)
    this.status = status
    this.path = path
    this.#atMs = atMs
  }

  body(): Readonly<Record<string, unknown>> {
    return {
      timestamp: new Date(this.#atMs).toISOString(),
      status: WORDS[this.status] ?? String(this.status),
      code: `PES-${this.status}`,
      message: this.message,
      path: this.path,
    }
  }
}

interface About {
  /** Of the dataset. */
  readonly id: string
  readonly atMs?: number
}

function about({ id, ...at }: About) {
  return { path: `/entities/AEP:dataset:${id}`, ...at }
}

export const invalidLabels = (message: string, at: { readonly atMs?: number } = {}) =>
  new LabelsProblem(400, message, at)

export const datasetNotFound = (it: About) =>
  new LabelsProblem(404, `There is no dataset '${it.id}' in this sandbox.`, about(it))

export const labelsNotFound = (it: About) =>
  new LabelsProblem(404, `Dataset '${it.id}' has no labels. Set some with POST.`, about(it))

export const labelsExist = (it: About) =>
  new LabelsProblem(403, `Dataset '${it.id}' has labels. Read them and replace them with PUT.`, about(it))

export const ifMatchMissing = (it: About) =>
  new LabelsProblem(
    400,
    "The header 'If-Match' is missing. Send the ETag of the labels as you last read them.",
    about(it),
  )

export const labelsChanged = (it: About, given: string) =>
  new LabelsProblem(
    412,
    `The labels of dataset '${it.id}' have another ETag than ${given}. Read them again and repeat the change.`,
    about(it),
  )

export const sandboxNotFound = (name: string, atMs?: number) =>
  new LabelsProblem(
    403,
    `There is no active sandbox '${name}' in this organisation.`,
    atMs === undefined ? {} : { atMs },
  )

const denied = (permission: Permission, where: string, atMs?: number) =>
  new LabelsProblem(403, denial(permission, where), atMs === undefined ? {} : { atMs })

const internal = (atMs?: number) =>
  new LabelsProblem(500, 'An internal error occurred. Try again.', atMs === undefined ? {} : { atMs })
const unavailable = (atMs?: number) =>
  new LabelsProblem(
    503,
    'The service is not available now. Try again in a moment.',
    atMs === undefined ? {} : { atMs },
  )

/** Of the examples. */
const IT = { id: '65f000000000000000000001', atMs: 1_760_000_000_000 } as const

/** What its operations may answer. */
export const LABELS_ERRORS = documentErrors(LabelsError, {
  'PES-400': [INVALID_CAUSE, invalidLabels('\'labels\' must be an array of names, not "C1".', IT)],
  'PES-400-IfMatch': ['`If-Match` is missing', ifMatchMissing(IT)],
  'PES-403': ['The dataset has labels already', labelsExist(IT)],
  'PES-403-Sandbox': ['`x-sandbox-name` names no active sandbox', sandboxNotFound('prd', IT.atMs)],
  'PES-404': ['The dataset has no labels', labelsNotFound(IT)],
  'PES-404-Dataset': ['There is no such dataset in this sandbox', datasetNotFound(IT)],
  'PES-412': [
    '`If-Match` is not the entity tag of the labels as they are now',
    labelsChanged(IT, '"0b008a00-0000-0200-0000-68e77cb00000"'),
  ],
  'PES-500': [INTERNAL_CAUSE, internal(IT.atMs)],
  'PES-503': [UNAVAILABLE_CAUSE, unavailable(IT.atMs)],
})

export const LABELS_DENIAL: Denial = {
  problem: denied,
  error: documentErrors(LabelsError, {
    'PES-403-Permission': [DENIED_CAUSE, denied('Manage Datasets', 'in the sandbox prod', IT.atMs)],
  })['PES-403-Permission'],
}

export const LABELS_FAMILY: ErrorFamily = {
  invalid: (message) => invalidLabels(message),
  internal: () => internal(),
  unavailable: () => unavailable(),
  errors: [LABELS_ERRORS['PES-400'], LABELS_ERRORS['PES-500'], LABELS_ERRORS['PES-503']],
}
