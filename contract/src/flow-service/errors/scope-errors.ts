import type { ErrorCode } from './error-code.ts'

/** Who calls, and where. */
export const SCOPE_ERRORS = {
  '2001-401': {
    title: 'Header is missing or empty',
    when: 'The header `x-gw-ims-org-id` is empty',
    message: 'The x-gw-ims-org-id header is empty. Send the id of your organization.',
    report: { header: 'x-gw-ims-org-id' },
  },
  '2100-404': {
    title: 'Sandbox not found',
    when: '`x-sandbox-name` names no active sandbox',
    message: 'There is no active sandbox prd in this organization. Check the x-sandbox-name header.',
    report: { name: 'prd' },
  },
  '2105-400': {
    title: 'Header is missing',
    when: 'Strict mode: the header `x-sandbox-name` is missing',
    message: 'The x-sandbox-name header is missing. Send the name of a sandbox.',
    report: { header: 'x-sandbox-name' },
  },
  '2106-404': {
    title: 'Get default sandbox error',
    when: 'The organization has no default sandbox',
    message: 'This organization has no default sandbox. Send the x-sandbox-name header.',
  },
  '2120-403': {
    title: 'Forbidden',
    when: 'The client may not do this',
    message: 'This client has not enough permissions.',
  },
} as const satisfies Readonly<Record<string, ErrorCode>>
