import fc from 'fast-check'
import { junkText } from './arbitrary-json.ts'
import type { Operation, Parameter } from './operations.ts'
import { escapePart } from './send.ts'

/** Values that say something to the parameter of that name, whoever has it. */
const QUERY_VALUES: Readonly<Record<string, readonly string[]>> = {
  property: [
    'name==x',
    'name=="x"',
    'state!=enabled',
    'createdAt>1',
    'createdAt>1,2',
    'id==a,b',
    'id>=x',
    'id,name,state',
    'name~x',
    'nosuch==1',
    'sourceConnectionIds[]==a,b',
    'inheritedAttributes.properties.isSourceFlow==true',
    'metrics.durationSummary.startedAtUTC>1593134665781',
    'params.columns[].name==a',
    '__proto__==1',
    'a.b.c.d.e.f.g.h==1',
  ],
  limit: ['1', '2', '0', '-1', '1001', '99999999999999999999', '1.5', '1e3', 'abc'],
  start: ['0', '1', '-1', '99999999999999999999', 'x'],
  orderby: ['name', '+name', '-createdAt', '*name', 'nosuch', 'name,-createdAt', ',', '-'],
  orderBy: ['asc:name', 'desc:created', 'desc:created,asc:name', 'up:name', ':', 'asc:'],
  count: ['true', 'false', 'True', '1', 'maybe'],
  continuationToken: ['x', 'e30', 'eyJhIjoxfQ', 'bnVsbA'],
  op: [
    'enable',
    'disable',
    'publish',
    'PUBLISH',
    're-trigger',
    'FINALIZE',
    'FINALIZE_UPDATE',
    'test',
    'redeliver',
    'x',
  ],
  subOp: ['PROGRESS', 'APPLY', 'ROLLBACK', 'reverse'],
  mode: ['draft', 'DRAFT', 'x'],
  objectType: ['root', 'table', 'TABLE', 'view', 'file', 'nothing'],
  object: ['public.orders', 'public.nothing', 'public."Orders"', 'orders', 'public.', '..', '"'],
  preview: ['true', 'True', 'false', 'x'],
  previewCount: ['0', '1', '-1', '5000', 'x'],
  filters: ['e30', 'e30=', 'x', 'eyJ0eXBlIjoiUFFMIn0', 'bnVsbA=='],
  path: ['row_errors', 'input_files', 'row_errors/../x', '/etc/passwd', '..'],
  properties: ['name', 'name,tags', '', '__proto__'],
  validate: ['true', 'false', 'x'],
  'if-match': ['*', '"x"', ''],
}

/** The query of a request: what the operation declares, and what it does not know. */
export function queryOf(operation: Operation): fc.Arbitrary<string> {
  const declared = operation.parameters.filter((one) => one.in === 'query')
  const stray: Parameter = { name: 'stray', in: 'query', values: [] }
  const parameter = fc.constantFrom(...declared, stray).chain((one) => parameterText(one))
  const many = fc.array(parameter, { maxLength: 4 })
  const action = declared.find(({ name }) => name === 'op')
  // Without it, nothing of an action is reached.
  const parts =
    action === undefined ? many : fc.tuple(parameterText(action), many).map(([op, rest]) => [op, ...rest])
  return parts.map((texts) => texts.join('&'))
}

function parameterText({ name, values }: Parameter): fc.Arbitrary<string> {
  const telling = [...values, ...(QUERY_VALUES[name] ?? [])]
  const given =
    telling.length === 0
      ? junkText
      : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...telling) }, junkText)
  return given.map((value) => `${name}=${escapePart(value)}`)
}
