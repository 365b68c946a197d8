import { QUESTION_ERRORS } from './question-errors.ts'
import { REQUEST_ERRORS } from './request-errors.ts'
import { SCOPE_ERRORS } from './scope-errors.ts'

/**
 * Every error that the Flow Service can answer with: another code can't be raised. `unraised-errors.ts` says why
 * not, for each that is documented besides.
 */
export const FLOW_ERRORS = { ...REQUEST_ERRORS, ...QUESTION_ERRORS, ...SCOPE_ERRORS } as const

/** `NNNN-SSS`, where SSS is the HTTP status. */
export type FlowErrorCode = keyof typeof FLOW_ERRORS
