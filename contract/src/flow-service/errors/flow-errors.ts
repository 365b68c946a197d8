import { QUESTION_ERRORS } from './question-errors.ts'
import { REQUEST_ERRORS } from './request-errors.ts'
import { SCOPE_ERRORS } from './scope-errors.ts'

/** Every error that the Flow Service can answer with. */
export const FLOW_ERRORS = { ...REQUEST_ERRORS, ...QUESTION_ERRORS, ...SCOPE_ERRORS } as const

/** `NNNN-SSS`, where SSS is the HTTP status. */
export type FlowErrorCode = keyof typeof FLOW_ERRORS
