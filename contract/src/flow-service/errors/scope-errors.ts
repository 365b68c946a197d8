import { type ErrorCode, SOME_ID } from './error-code.ts'

/** Who calls, and where. */
export const SCOPE_ERRORS = {
  '2001-401': {
    title: 'Header is missing or empty',
    when: 'The header `x-gw-ims-org-id` is empty',
    message: 'The header x-gw-ims-org-id is empty. Send the id of your organization.',
    report: { header: 'x-gw-ims-org-id' },
  },
  '2100-404': {
    title: 'Sandbox not found',
    when: '`x-sandbox-name`, or `x-sandbox-id` alone, names no active sandbox',
    message: 'There is no active sandbox prd in this organization. Check the header x-sandbox-name.',
    report: { name: 'prd' },
  },
  '2103-404': {
    title: 'Sandbox not found',
    when: '`x-sandbox-name` and `x-sandbox-id` name no active sandbox together',
    message: `There is no active sandbox with the name prod and the id ${SOME_ID} in this organization. Send one of the two headers.`,
    report: { name: 'prod', id: SOME_ID },
  },
  '2105-400': {
    title: 'Header is missing',
    when: 'Strict mode: the header `x-sandbox-name` is missing',
    message: 'The header x-sandbox-name is missing. Send the name of a sandbox.',
    report: { header: 'x-sandbox-name' },
  },
  '2106-404': {
    title: 'Get default sandbox error',
    when: 'No sandbox is named, and the organization has no active default one',
    message: 'The organization has no active default sandbox. Send the header x-sandbox-name.',
  },
  '2110-400': {
    title: 'Headers not allowed',
    when: 'Strict mode: the header `x-sandbox-id` is sent',
    message: 'The header x-sandbox-id is not allowed with the token of a user. Send x-sandbox-name alone.',
    report: { header: 'x-sandbox-id' },
  },
  '2111-403': {
    title: 'Headers with value restricted',
    when: 'A client that is no administrator sends `x-sandbox-name: *`',
    message: 'The value * of x-sandbox-name is for administrators. Send the name of a sandbox.',
    report: { header: 'x-sandbox-name', value: '*' },
  },
  '2112-400': {
    title: 'Headers with different value not allowed',
    when: 'Only one of the two headers of the sandbox is `*`',
    message: 'The value * goes into both headers x-sandbox-name and x-sandbox-id, or into neither.',
    report: { header: 'x-sandbox-name', value: '*' },
  },
  '2113-400': {
    title: 'Headers with value not allowed',
    when: 'An administrator sends `*` in both headers of the sandbox: what looks into several sandboxes names them in `x-active-sandbox-ids`',
    message:
      'The value * of x-sandbox-name is not allowed for this request. Send the name of a sandbox, or search with x-active-sandbox-ids.',
    report: { header: 'x-sandbox-name', value: '*' },
  },
  '2121-403': {
    title: 'Forbidden',
    when: 'The client does not hold the permission that the operation needs',
    message:
      'This client does not hold the permission "Manage Sources" in the sandbox prod. Whoever runs the server can give it: headwater credentials grant.',
    report: { permission: 'manage', resource: 'Sources' },
  },
} as const satisfies Readonly<Record<string, ErrorCode>>
