/** What the catalogue says of one code: its documented title, what it means, and what makes this server raise it. */
export interface CatalogueEntry {
  readonly title: string
  readonly meaning: string
  readonly when: string
}

const invalid = (meaning: string, when: string): CatalogueEntry => ({
  title: 'Invalid request',
  meaning,
  when,
})

/**
 * The codes that this server raises. `FLOW-` and the code are an error's `type`; the last three digits are its
 * HTTP status. Code, status and title are the contract, the wording of a message is ours. A code that is not
 * here can't be raised; unraised-problems.ts says why each of the others is not.
 */
export const RAISED_PROBLEMS = {
  '1100-400': invalid(
    'A member of the request, or what it asks of a source, is not right.',
    'A value is missing, of a wrong type or out of its range; a source refuses a connection, a login or a query. `report.field` names the member, `report.code` the fault of a source.',
  ),
  '1101-404': {
    title: 'Resource not found',
    meaning: 'The source does not know the object.',
    when: 'A table, view or dataset that is explored or read does not exist.',
  },
  '1400-500': {
    title: 'Internal Error',
    meaning: 'A fault of the server; the log has it under the request id.',
    when: 'Something happens that no rule foresees, such as a metadata database that goes away.',
  },
  '1401-400': invalid(
    '`limit` and `count=true` contradict each other.',
    'A list or search is asked for both.',
  ),
  '1402-400': invalid(
    'The action belongs to providers.',
    '`op=FINALIZE` or `FINALIZE_UPDATE` comes from a client that is no administrator.',
  ),
  '1403-400': {
    title: 'Header is missing',
    meaning: '`If-Match` is missing.',
    when: 'PATCH of a connection or flow, or PUT of a run, comes without it, also without the query parameter `if-match`.',
  },
  '1404-412': {
    title: 'Version not matching',
    meaning: 'The resource was changed since the client read it.',
    when: '`If-Match` is not the current etag, at PATCH, PUT, DELETE or an action.',
  },
  '1405-400': invalid(
    'The body is empty.',
    'POST, PATCH or PUT comes without a body, with null or without operations.',
  ),
  '1406-400': invalid(
    '`PROGRESS` goes with no other sub operation.',
    'An action has `subOp=PROGRESS` and another one.',
  ),
  '1407-400': invalid(
    'What failed makes no progress.',
    'An action with `subOp=PROGRESS` has a body whose status is `FAILED`.',
  ),
  '1408-400': invalid(
    'What ended is done to 100 percent.',
    'The body of an action has the status `COMPLETED`, `SUCCESS` or `FAILED` and another `percentCompleted` than 100.',
  ),
  '1409-400': invalid(
    'There is nothing to finalize.',
    'An administrator sends `FINALIZE` or `FINALIZE_UPDATE`: changes are whole at once here, so that no resource ever waits for it.',
  ),
  '1410-400': invalid('A new flow has no state yet.', 'POST /flows has a member `state`.'),
  '1411-400': invalid(
    'A reference is a path and not an id.',
    'A member that names another resource holds a path, such as `connections/<id>`.',
  ),
  '1412-400': invalid(
    'There is no such version of the mapping.',
    '`mappingVersion` of a flow does not exist.',
  ),
  '1413-400': invalid(
    'There is no such spec.',
    '`connectionSpec` or `flowSpec` has no id or version that exists.',
  ),
  '1414-400': invalid(
    'A connection keeps its kind of system.',
    'PATCH of a connection has a path below `/connectionSpec`.',
  ),
  '1415-400': invalid(
    'The spec has no such way of authentication.',
    '`auth.specName` is not a name of the `authSpec` of the connection spec.',
  ),
  '1418-400': invalid(
    'Flows use the base connection.',
    'DELETE of a base connection that a flow reads through.',
  ),
  '1419-400': invalid(
    'The mapping is not valid.',
    'A flow names a mapping set that does not exist in its sandbox.',
  ),
  '1422-400': invalid(
    'The action means nothing in this state.',
    'A draft is enabled, something else than a draft is published, a run that needs no repetition is repeated, a flow that is not enabled is run.',
  ),
  '1423-400': invalid(
    'Connection specs have no such field.',
    '`property` of GET /connectionSpecs names an unknown field.',
  ),
  '1424-400': invalid(
    'Lists over several sandboxes have one order.',
    '`orderby` is sent together with `x-active-sandbox-ids`.',
  ),
  '1425-400': invalid(
    'Mapping and dataset are of different schemas.',
    'The mapping set of a flow leads to another schema than that of its dataset.',
  ),
  '1426-400': invalid(
    'Specs belong to administrators.',
    'POST or PUT of a connection spec or flow spec comes from a client that is no administrator.',
  ),
  '1427-400': invalid(
    'Runs are told of by their server and by administrators.',
    'PUT of a run comes from a client that is no administrator.',
  ),
  '1428-400': invalid(
    'There is no such predecessor run.',
    'PUT of a run names an unknown run in `predecessors`.',
  ),
  '1429-400': invalid(
    'There is no such predecessor flow.',
    'PUT of a run names an unknown flow in `predecessors`.',
  ),
  '1430-400': invalid(
    'There is no such flow.',
    'POST /runs or PUT of a run names a flow that does not exist.',
  ),
  '1431-400': invalid(
    'A policy has an empty array `fields`.',
    'POST or PATCH of a flow has one in `policy`.',
  ),
  '1432-400': invalid(
    'A sort key is not well-formed.',
    '`orderby` has another sign than `+` or `-`, or an empty key.',
  ),
  '1433-400': invalid('There is no such field to sort by.', '`orderby` names an unknown field.'),
  '1434-400': invalid(
    'There is no such operation.',
    'A PATCH has another `op` than add, replace or remove; an action has an `op` that the resource does not know.',
  ),
  '1435-400': invalid('There is no such sub operation.', '`subOp` is neither APPLY, ROLLBACK nor PROGRESS.'),
  '1436-400': invalid('Enabling knows no progress.', '`op=ENABLE` comes with `subOp=PROGRESS`.'),
  '1437-400': invalid(
    'There is no such status.',
    '`status.value` in the body of an action is not a documented one.',
  ),
  '1438-400': invalid('There is no such aggregation.', 'A search asks for an unknown aggregate operation.'),
  '1439-404': {
    title: 'Resource not found',
    meaning: 'The resource does not exist in this organisation and sandbox.',
    when: 'A path or a reference names an id that does not exist, or that is no id.',
  },
  '1440-400': invalid('`~` is not implemented.', '`property` uses the operator `~`.'),
  '1441-400': invalid('The aggregate function is not implemented.', 'A search asks for one.'),
  '1442-400': invalid('The field cannot be aggregated.', 'A search asks to group by such a field.'),
  '1443-400': invalid(
    'The operator takes one value.',
    '`property` has several values after another operator than `==`.',
  ),
  '1446-400': invalid('The flow id is empty.', 'POST /runs has no `flowId`, or PUT of a run an empty one.'),
  '1447-400': invalid(
    'Flows use the source or target connection.',
    'DELETE of a source or target connection that a flow contains.',
  ),
  '1448-400': invalid('Ids have no order.', '`property` compares an id with `<`, `>`, `<=` or `>=`.'),
  '1449-400': invalid('There is no such field to filter by.', '`property` names an unknown field.'),
  '1450-400': invalid('There is no such operator.', '`property` has an unknown operator, such as `!>`.'),
  '1451-400': invalid(
    'There is no such query parameter.',
    'Strict mode only: the operation does not know a parameter.',
  ),
  '1452-400': invalid(
    'A value does not fit its field.',
    '`limit`, `count`, a continuation token or a time in `property` is not valid.',
  ),
  '1453-400': invalid('A condition has no right side.', '`property` ends after its operator.'),
  '1454-400': invalid(
    'The value is of a type that filters do not handle.',
    '`property` compares with such a value.',
  ),
  '1455-400': invalid(
    'A patch operation cannot be applied.',
    'A PATCH has a path that is missing, read-only or not well-formed.',
  ),
  '2001-401': {
    title: 'Header is missing or empty',
    meaning: '`x-gw-ims-org-id` is empty.',
    when: 'The header is sent without a value.',
  },
  '2100-404': {
    title: 'Sandbox not found',
    meaning: 'The organisation has no active sandbox of that name or id.',
    when: '`x-sandbox-name` or `x-sandbox-id` alone names none.',
  },
  '2103-404': {
    title: 'Sandbox not found',
    meaning: 'Name and id do not belong to one active sandbox.',
    when: '`x-sandbox-name` and `x-sandbox-id` name none together.',
  },
  '2105-400': {
    title: 'Header is missing',
    meaning: '`x-sandbox-name` is missing.',
    when: 'Strict mode only; otherwise the default sandbox is meant.',
  },
  '2106-404': {
    title: 'Get default sandbox error',
    meaning: 'The organisation has no active default sandbox.',
    when: 'Neither `x-sandbox-name` nor `x-sandbox-id` is sent and there is none.',
  },
  '2110-400': {
    title: 'Headers not allowed',
    meaning: '`x-sandbox-id` belongs to service tokens.',
    when: 'Strict mode only: the header is sent.',
  },
  '2111-403': {
    title: 'Headers with value restricted',
    meaning: '`x-sandbox-name: *` belongs to administrators.',
    when: 'Another client sends it.',
  },
  '2112-400': {
    title: 'Headers with different value not allowed',
    meaning: '`*` goes into both sandbox headers or into neither.',
    when: 'An administrator sends it in one of them, or anybody as `x-sandbox-id` alone.',
  },
  '2113-400': {
    title: 'Headers with value not allowed',
    meaning: 'The request is about one sandbox.',
    when: 'An administrator sends `*` in both sandbox headers: searches name the sandboxes in `x-active-sandbox-ids` instead.',
  },
} as const satisfies Readonly<Record<string, CatalogueEntry>>

/** `NNNN-SSS`: what an error of the Flow Service is known by. */
export type FlowCode = keyof typeof RAISED_PROBLEMS
