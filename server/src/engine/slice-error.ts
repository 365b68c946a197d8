import type { ThreadFailure } from './worker/messages.ts'

/** Which side of a lane a failure comes from: what reads PostgreSQL, or what maps, encodes and checks. */
export type SliceErrorOrigin = 'source' | 'encoder'

/** A slice could not be extracted. The text of a failure of the source is safe to show. */
export class SliceError extends Error {
  override readonly name = 'SliceError'
  readonly origin: SliceErrorOrigin
  /** Name of the error in its thread: `SourceError`, `ReadBackError` … */
  readonly kind: string
  /** An SQLSTATE, an errno or one of ours. */
  readonly code: string | undefined
  /** What to do about it, where the source says so. */
  readonly remedy: string | undefined
  /** Of a failure of the source: the same may work in a while without anybody doing anything. */
  readonly mayPass: boolean

  constructor(origin: SliceErrorOrigin, failure: ThreadFailure) {
    super(failure.message)
    this.origin = origin
    this.kind = failure.name
    this.code = failure.code
    this.remedy = failure.remedy
    this.mayPass = failure.mayPass ?? false
    if (failure.stack !== undefined) this.stack = failure.stack
  }
}
