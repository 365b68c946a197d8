import { SourceError } from './source-error.ts'

/** The relation is not what the snapshot shows. With a new snapshot it may go well. */
export function movedOn(code: 'RELATION_ALTERED' | 'RELATION_REWRITTEN', what: string): SourceError {
  return new SourceError({
    code,
    mayPass: true,
    stage: 'query',
    message: `${what} at the moment when it was to be read.`,
    remedy: 'Try again when that is done.',
  })
}
