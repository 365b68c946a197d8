import { type ErrorCode, INVALID, SOME_ID } from './error-code.ts'

const ETAG = '"6802064a-0000-0200-0000-6387c6b90000"'

/** Rejections of requests by the service itself. */
export const REQUEST_ERRORS = {
  '1100-400': {
    title: INVALID,
    when: 'A member of the request has no valid value, or what it refers to rules it out; a source refuses a connection, a login or a query',
    message: 'name is missing. Send a text that is not blank.',
    report: { field: 'name' },
  },
  '1101-404': {
    title: 'Resource not found',
    when: 'A table, view or dataset that is explored or read does not exist',
    message: 'The relation public.ordrs does not exist. Did you mean public.orders?',
    report: { object: 'public.ordrs' },
  },
  '1103-503': {
    title: 'Service Unavailable',
    when: 'The server is stopping, or its metadata database is away for a moment; another try finds it, or another server',
    message: 'The service is not available now. Try again in a moment.',
  },
  '1400-500': {
    title: 'Internal Error',
    when: 'A fault of the server; its log tells more under the request id',
    message: 'An internal error occurred. Try again.',
  },
  '1401-400': {
    title: INVALID,
    when: '`limit` was sent together with `count=true`',
    message: 'The parameters limit and count=true do not go together. Leave one of them out.',
  },
  '1402-400': {
    title: INVALID,
    when: 'A client that is no administrator sends the action finalize or finalize_update',
    message: 'The action finalize is for providers only.',
    report: { op: 'finalize' },
  },
  '1403-400': {
    title: 'Header is missing',
    when: 'A PATCH, or the PUT of a run, comes without `If-Match`, also without the query parameter `if-match`',
    message: 'The If-Match header is missing. Send the etag of the resource as you last read it.',
    report: { header: 'If-Match' },
  },
  '1404-412': {
    title: 'Version not matching',
    when: '`If-Match` is not the etag of the resource as it is now, at PATCH, PUT, DELETE or an action',
    message: `The version ${ETAG} is not the current version "7a13075b-0000-0200-0000-6387c7f10000". Read the resource again and repeat.`,
    report: { version: ETAG, etag: '"7a13075b-0000-0200-0000-6387c7f10000"' },
  },
  '1405-400': {
    title: INVALID,
    when: 'The body is empty',
    message: 'The request body is empty. Send one JSON document.',
  },
  '1406-400': {
    title: INVALID,
    when: '`subOp` names `progress` and another',
    message: 'The sub operation progress does not go together with another.',
  },
  '1407-400': {
    title: INVALID,
    when: 'The progress that the body reports has failed',
    message: 'The status failed does not go together with the sub operation progress. Leave out subOp.',
  },
  '1408-400': {
    title: INVALID,
    when: 'What the body reports as ended is not complete',
    message: 'percentCompleted is 80. It is 100 for what has ended.',
    report: { percentCompleted: 80 },
  },
  '1409-400': {
    title: INVALID,
    when: 'An administrator finalizes: changes are whole at once here, so that nothing ever waits for it',
    message: 'The action finalize does not apply in the state enabled.',
    report: { state: 'enabled' },
  },
  '1410-400': {
    title: INVALID,
    when: 'The body of a new flow names a state',
    message: 'The state is not allowed in a request to create a flow. Leave it out; use actions later.',
    report: { field: 'state' },
  },
  '1411-400': {
    title: INVALID,
    when: 'A member that names another resource by its id holds a path',
    message: 'baseConnectionId: no id can be derived from the path baseConnections/123. Send the id alone.',
    report: { field: 'baseConnectionId', path: 'baseConnections/123' },
  },
  '1412-400': {
    title: INVALID,
    when: 'The mapping set has no such version',
    message: 'The version 7 of the mapping b6b0e5f4a6d84a1f9c0f6b7c8d9e0f10 is not valid. The newest is 2.',
    report: { id: 'b6b0e5f4a6d84a1f9c0f6b7c8d9e0f10', version: '7' },
  },
  '1413-400': {
    title: INVALID,
    when: 'The id or the version of a spec is missing or unknown',
    message: `Please provide a valid spec id: connectionSpec.id ${SOME_ID} is unknown. GET /connectionSpecs lists them.`,
    report: { id: SOME_ID },
  },
  '1414-400': {
    title: INVALID,
    when: 'The patch touches the connection spec of a connection',
    message: 'The connection spec of a connection cannot be changed. Make a new connection.',
  },
  '1415-400': {
    title: INVALID,
    when: 'The connection spec has no such way of authentication',
    message:
      'The auth spec Kerberos is not found on the connection spec 74a1c565-4e59-48d7-9d67-7c03b8a13137. Use one of: Connection String Based Authentication, Basic Authentication.',
    report: { specName: 'Kerberos', id: '74a1c565-4e59-48d7-9d67-7c03b8a13137' },
  },
  '1418-400': {
    title: INVALID,
    when: 'A flow uses the base connection',
    message: `The base connection ${SOME_ID} is in use by one or more flows. Delete those flows first.`,
    report: { id: SOME_ID },
  },
  '1419-400': {
    title: INVALID,
    when: 'There is no such mapping set',
    message:
      'The mapping b6b0e5f4a6d84a1f9c0f6b7c8d9e0f10 version 0 did not validate: there is no such mapping set in this sandbox.',
    report: { id: 'b6b0e5f4a6d84a1f9c0f6b7c8d9e0f10' },
  },
  '1422-400': {
    title: INVALID,
    when: 'The action means nothing in the state in which the resource is',
    message: 'The action disable does not apply in the state draft.',
    report: { action: 'disable', state: 'draft' },
  },
  '1423-400': {
    title: INVALID,
    when: 'A filter of connection specs names a field that they do not have',
    message:
      'The field colour is not valid in a filter. Valid fields start with one of: id, name, providerId.',
    report: { field: 'colour' },
  },
  '1424-400': {
    title: INVALID,
    when: '`orderby` was sent with a search over several sandboxes',
    message: 'orderby does not go together with a search over several sandboxes. Leave it out.',
  },
  '1425-400': {
    title: INVALID,
    when: 'The mapping set is made for another schema than that of the target dataset',
    message:
      'The schema of the target dataset 65f000000000000000000001, https://ns.adobe.com/acme/schemas/0001, is not the schema of the mapping b6b0e5f4a6d84a1f9c0f6b7c8d9e0f10, https://ns.adobe.com/acme/schemas/0002.',
    report: { datasetId: '65f000000000000000000001', mappingId: 'b6b0e5f4a6d84a1f9c0f6b7c8d9e0f10' },
  },
  '1426-400': {
    title: INVALID,
    when: 'A client that is no administrator creates or replaces a spec',
    message: 'Only administrators may create and replace specs. Use a client that was made with --admin.',
  },
  '1427-400': {
    title: INVALID,
    when: 'A client that is no administrator tells of a run',
    message: 'Only administrators may tell of runs. Use a client that was made with --admin.',
  },
  '1428-400': {
    title: INVALID,
    when: 'A predecessor names a run that does not exist',
    message: `The predecessor run ${SOME_ID} is not found.`,
    report: { id: SOME_ID },
  },
  '1429-400': {
    title: INVALID,
    when: 'A predecessor names a flow that does not exist',
    message: `The predecessor flow ${SOME_ID} is not found.`,
    report: { id: SOME_ID },
  },
  '1430-400': {
    title: INVALID,
    when: 'The flow that the body of a run names does not exist',
    message: `The flow ${SOME_ID} is not found.`,
    report: { id: SOME_ID },
  },
  '1431-400': {
    title: INVALID,
    when: 'The array `fields` of a policy is empty',
    message: 'The array fields in the policy is empty. Name at least one field, or leave it out.',
    report: { field: 'policy' },
  },
} as const satisfies Readonly<Record<string, ErrorCode>>
