import { type ErrorCode, INVALID, SOME_ID } from './error-code.ts'

/** Rejections of what lists, patches and actions ask for. */
export const QUESTION_ERRORS = {
  '1432-400': {
    title: INVALID,
    when: 'A sort key of `orderby` has another sign in front than + or -',
    message: 'The sort order *name is not valid. Prefix a field with + for ascending or - for descending.',
    report: { orderby: '*name' },
  },
  '1433-400': {
    title: INVALID,
    when: '`orderby` names a field that the resource does not have',
    message: 'The field colour is not valid in orderby. Valid fields start with one of: createdAt, id, name.',
    report: { field: 'colour' },
  },
  '1434-400': {
    title: INVALID,
    when: 'The operation of a patch or an action is none that the resource knows',
    message: 'The operation move is not supported. Use add, replace or remove.',
    report: { operation: 'move' },
  },
  '1435-400': {
    title: INVALID,
    when: '`subOp` is neither apply, rollback nor progress',
    message: 'The sub action reverse is not supported.',
    report: { subOp: 'reverse' },
  },
  '1436-400': {
    title: INVALID,
    when: '`subOp` is progress and `op` enable',
    message: 'The sub operation PROGRESS is not supported for the operation enable.',
    report: { op: 'enable' },
  },
  '1437-400': {
    title: INVALID,
    when: 'The status in the body of an action is unknown',
    message: 'The status started is not supported.',
    report: { status: 'started' },
  },
  '1438-400': {
    title: INVALID,
    when: 'The aggregation is unknown',
    message: 'The aggregation average is not supported.',
    report: { operation: 'average' },
  },
  '1439-404': {
    title: 'Resource not found',
    when: 'There is no such resource in this sandbox',
    message: `The requested flows resource ${SOME_ID} is not found. Verify the resource ID before trying again.`,
    report: { id: SOME_ID, type: 'flows' },
  },
  '1440-400': {
    title: INVALID,
    when: 'A filter uses the operator `~`',
    message: 'The operator ~ is not implemented. Use == with the exact value.',
    report: { field: 'name' },
  },
  '1441-400': {
    title: INVALID,
    when: 'A filter uses an aggregation',
    message: 'Aggregations are not implemented.',
  },
  '1442-400': {
    title: INVALID,
    when: 'A filter aggregates a field that cannot be',
    message: 'The field id cannot be aggregated.',
    report: { field: 'id' },
  },
  '1443-400': {
    title: INVALID,
    when: 'A filter gives several values to another operator than `==`',
    message: 'The operator <= is not allowed with several values. Repeat the property parameter instead.',
    report: { operator: '<=' },
  },
  '1446-400': {
    title: INVALID,
    when: '`flowId` is missing or empty',
    message: 'The flow id is null or empty. Send flowId.',
    report: { field: 'flowId' },
  },
  '1447-400': {
    title: INVALID,
    when: 'A flow uses the source or target connection',
    message: `The flow 0f9e8d7c-6b5a-4f4e-8d3c-2b1a0f9e8d7c contains the id ${SOME_ID}. Delete the flow first.`,
    report: { id: SOME_ID, flowId: '0f9e8d7c-6b5a-4f4e-8d3c-2b1a0f9e8d7c' },
  },
  '1448-400': {
    title: INVALID,
    when: 'A filter compares ids by their order',
    message: 'The operator >= is not supported for the field id. Use == or !=.',
    report: { operator: '>=', field: 'id' },
  },
  '1449-400': {
    title: INVALID,
    when: 'A filter names a field that the resource does not have',
    message:
      'The field colour is not valid in a filter. Valid fields start with one of: createdAt, id, name.',
    report: { field: 'colour' },
  },
  '1450-400': {
    title: INVALID,
    when: 'A filter uses an operator that does not exist',
    message: 'The operator !> is not valid in a filter. Use ==, !=, <, >, <= or >=.',
    report: { operator: '!>' },
  },
  '1451-400': {
    title: INVALID,
    when: 'Strict mode: the operation has no such parameter',
    message: 'The query parameter testParam is unknown. Leave it out.',
    report: { parameter: 'testParam' },
  },
  '1452-400': {
    title: INVALID,
    when: 'A parameter or the value of a filter is not of the kind that its field takes',
    message: 'The value abc is not valid for the field limit. Send a whole number from 1 to 1000.',
    report: { value: 'abc', field: 'limit' },
  },
  '1453-400': {
    title: INVALID,
    when: 'A filter has nothing after its operator',
    message: 'The query value createdAt== is not valid: there is nothing after ==.',
    report: { value: 'createdAt==' },
  },
  '1454-400': {
    title: INVALID,
    when: 'The value of a filter is of a kind that cannot be compared',
    message: 'The value of the filter cannot be compared.',
  },
  '1455-400': {
    title: INVALID,
    when: 'An operation of a patch leads nowhere, or to what cannot be changed',
    message: 'The patch instruction failed validation: there is nothing at /options/colour.',
    report: { path: '/options/colour' },
  },
} as const satisfies Readonly<Record<string, ErrorCode>>
