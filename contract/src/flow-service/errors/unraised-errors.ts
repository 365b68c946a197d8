/** A documented code that this server has no use for. */
export interface UnraisedError {
  readonly title: string
  readonly meaning: string
  /** Why it can't come up here. */
  readonly reason: string
}

const AT_REST =
  'A resource is a draft, enabled or disabled; each change is one transaction, so that none is ever seen in between.'
const ONE_PROGRAM = 'The other services are parts of the same program; if one fails it is 1400-500.'
const GATEWAY = 'The gateway refuses the request first, in its own words: see the table of its errors.'
const PERMISSIONS_OF_CLIENTS =
  'Permissions are those of the client, which the gateway knows: a missing one is always 2121-403.'

/** The documented codes that are never raised here, each with the reason. */
export const UNRAISED_ERRORS = {
  '1102-500': {
    title: 'Internal Error',
    meaning: 'The provider of the flow failed.',
    reason: 'What fails at a source is 1100-400: clients repeat what ends in a 5xx.',
  },
  '1104-504': {
    title: 'Gateway Timeout',
    meaning: 'The provider of the flow did not answer in time.',
    reason: 'A source that does not answer is 1100-400: clients repeat what ends in a 5xx.',
  },
  '1416-400': {
    title: 'Invalid request',
    meaning: 'The connection is in a passing state and can neither be changed nor deleted.',
    reason: AT_REST,
  },
  '1417-400': {
    title: 'Invalid request',
    meaning: 'The connection is being made and is not for users to change.',
    reason: AT_REST,
  },
  '1420-400': { title: 'Invalid request', meaning: 'The passing state cannot be updated.', reason: AT_REST },
  '1421-400': {
    title: 'Invalid request',
    meaning: 'The passing state cannot be left by an action.',
    reason: AT_REST,
  },
  '1444-400': { title: 'Invalid request', meaning: 'The flow is not pending.', reason: AT_REST },
  '1445-400': {
    title: 'Invalid request',
    meaning: 'PATCH of connections is switched off.',
    reason: 'It cannot be switched off.',
  },
  '1456-400': {
    title: 'Invalid request',
    meaning: 'The state is none of enabled, disabled and initializing.',
    reason: AT_REST,
  },
  '1457-400': { title: 'Invalid request', meaning: 'No update in this state.', reason: AT_REST },
  '1458-400': { title: 'Invalid request', meaning: 'No deletion in this state.', reason: AT_REST },
  '2000-401': {
    title: 'Invalid authorization token',
    meaning: 'The token has no access to the organisation.',
    reason: GATEWAY,
  },
  '2002-401': { title: 'Header is missing', meaning: '`x-gw-ims-org-id` is missing.', reason: GATEWAY },
  '2101-404': {
    title: 'Sandbox not found',
    meaning: 'The sandbox service does not know the name.',
    reason: 'There is one list of sandboxes, so that this is always 2100-404.',
  },
  '2102-500': {
    title: 'Get sandbox by name error',
    meaning: 'The sandbox service failed.',
    reason: ONE_PROGRAM,
  },
  '2104-500': {
    title: 'Get sandbox by identifier error',
    meaning: 'The sandbox service failed.',
    reason: ONE_PROGRAM,
  },
  '2107-500': {
    title: 'Get default sandbox error',
    meaning: 'The sandbox service failed.',
    reason: ONE_PROGRAM,
  },
  '2108-500': {
    title: 'Get active sandboxes error',
    meaning: 'The sandbox service failed.',
    reason: ONE_PROGRAM,
  },
  '2114-400': { title: 'Empty token', meaning: 'The token is empty.', reason: GATEWAY },
  '2115-400': { title: 'Invalid token', meaning: 'The token is not valid.', reason: GATEWAY },
  '2116-500': { title: 'Internal Error', meaning: 'The token could not be decoded.', reason: GATEWAY },
  '2117-500': {
    title: 'Internal Error',
    meaning: 'Permissions could not be checked.',
    reason: PERMISSIONS_OF_CLIENTS,
  },
  '2118-403': {
    title: 'Missing permission',
    meaning: 'A permission is missing.',
    reason: PERMISSIONS_OF_CLIENTS,
  },
  '2119-400': {
    title: 'Query parameter missing',
    meaning: 'A query parameter is missing.',
    reason: 'No operation needs one.',
  },
  '2120-403': {
    title: 'Forbidden',
    meaning: 'Labels of the resource keep the client from changing it.',
    reason:
      'Labels are stored and shown, but clients have no labels of their own that they could be compared with.',
  },
  '2200-500': {
    title: 'External service request error',
    meaning: 'The catalogue failed while a schema was checked.',
    reason: ONE_PROGRAM,
  },
  '2250-500': {
    title: 'External service request error',
    meaning: 'Data Prep failed while a mapping was checked.',
    reason: ONE_PROGRAM,
  },
} as const satisfies Readonly<Record<string, UnraisedError>>
