import { badRequest } from './problems.ts'

/**
 * The states of a batch and the steps between them. Whatever moves a batch (a run, a client, an upload) moves it
 * along these:
 *
 *   loading -> loaded -> queued -> processing -> staging -> staged -> success -> inactive -> deleted
 *      |                           |               |          |
 *      +-> aborted, abandoned      +---------------+----------+--> retrying, later stalled, and back
 *
 * Every state before `success` may end in `failed`, and may skip what lies between it and a later one. What has
 * ended without success may only be `deleted`. Rows are seen in `success` alone.
 */
export const BATCH_STATES = [
  'loading',
  'loaded',
  'queued',
  'processing',
  'staging',
  'retrying',
  'stalled',
  'staged',
  'success',
  'failed',
  'aborted',
  'abandoned',
  'inactive',
  'deleted',
  'active',
  'failure',
] as const

export type BatchWord = (typeof BATCH_STATES)[number]
/** Two of the words mean what others mean, and are never stored. */
export type BatchState = Exclude<BatchWord, 'active' | 'failure'>

const UNDER_WAY = ['loading', 'loaded', 'queued', 'processing', 'staging', 'staged'] as const
const ENDINGS: readonly BatchState[] = ['success', 'failed']

function stepsFrom(state: (typeof UNDER_WAY)[number], ...more: readonly BatchState[]): readonly BatchState[] {
  return [...UNDER_WAY.slice(UNDER_WAY.indexOf(state) + 1), ...more, ...ENDINGS]
}

const STEPS: Readonly<Record<BatchState, readonly BatchState[]>> = {
  loading: stepsFrom('loading', 'aborted', 'abandoned'),
  loaded: stepsFrom('loaded'),
  queued: stepsFrom('queued'),
  processing: stepsFrom('processing', 'retrying', 'stalled'),
  staging: stepsFrom('staging', 'retrying', 'stalled'),
  retrying: ['processing', 'staging', 'staged', 'stalled', ...ENDINGS],
  stalled: ['processing', 'staging', 'staged', ...ENDINGS],
  staged: stepsFrom('staged', 'retrying', 'stalled'),
  success: ['inactive'],
  failed: ['deleted'],
  aborted: ['deleted'],
  abandoned: ['deleted'],
  inactive: ['deleted'],
  deleted: [],
}

/** The state that a word names; `undefined` for a word that names none. */
export function batchStateOf(word: unknown): BatchState | undefined {
  if (word === 'active') return 'success'
  if (word === 'failure') return 'failed'
  return typeof word === 'string' && Object.hasOwn(STEPS, word) ? (word as BatchState) : undefined
}

/** Somebody is still at work on a batch of this state. */
export function isBatchUnderWay(state: string): boolean {
  return STEPS[state as BatchState]?.includes('success') === true
}

/** True where the table has the step. */
export function canBecome(from: BatchState, to: BatchState): boolean {
  return STEPS[from].includes(to)
}

/** @throws {PlainProblem} 400 that names the steps that there are; staying is none and always allowed */
export function assertBatchStep(id: string, from: BatchState, to: BatchState): void {
  if (from === to || STEPS[from].includes(to)) return
  const steps = STEPS[from].join(', ')
  const remedy = steps === '' ? 'It stays as it is.' : `From there it can become ${steps}.`
  throw badRequest(`Batch '${id}' is ${from} and can't become ${to}. ${remedy}`)
}
