import { isObject } from '#kit/json.ts'
import { FlowProblem } from '#services/flow-service/problems.ts'
import { CRM_TO_AEP } from './built-in/crm-to-aep.ts'
import { DATALAKE } from './built-in/datalake.ts'
import { POSTGRE_SQL, POSTGRE_SQL_AWS } from './built-in/postgre-sql.ts'
import type { ConnectionSpec, Edition, FlowSpec } from './built-in/spec.ts'

/** Systems that this server can read from or write to; nothing is listed that would not work. */
export const CONNECTION_SPECS: Readonly<Record<Edition, readonly ConnectionSpec[]>> = {
  azure: [POSTGRE_SQL, DATALAKE],
  aws: [POSTGRE_SQL_AWS, DATALAKE],
}

export const FLOW_SPECS: readonly FlowSpec[] = [CRM_TO_AEP]

export function findConnectionSpec(id: string, edition: Edition): ConnectionSpec | undefined {
  return CONNECTION_SPECS[edition].find((spec) => spec.id === id.toLowerCase())
}

export function findFlowSpec(id: string): FlowSpec | undefined {
  return FLOW_SPECS.find((spec) => spec.id === id.toLowerCase())
}

/**
 * The connection spec that a body's `connectionSpec` names; throws 1413 when it names none that exists. Where
 * its ways of authentication don't matter, any edition does.
 */
export function requireConnectionSpec(given: unknown, edition: Edition = 'azure'): ConnectionSpec {
  const id = requireSpecId(given, 'connectionSpec')
  const spec = findConnectionSpec(id, edition)
  if (spec === undefined)
    throw unknownSpec('connectionSpec', id, 'GET /connectionSpecs lists those that exist.')
  assertVersion('connectionSpec', given, spec.version)
  return spec
}

/** The flow spec that a body's `flowSpec` names; throws 1413 when it names none that exists. */
export function requireFlowSpec(given: unknown): FlowSpec {
  const id = requireSpecId(given, 'flowSpec')
  const spec = findFlowSpec(id)
  if (spec === undefined) throw unknownSpec('flowSpec', id, 'GET /flowSpecs lists those that exist.')
  assertVersion('flowSpec', given, spec.version)
  return spec
}

function requireSpecId(given: unknown, field: string): string {
  const id = isObject(given) ? given['id'] : undefined
  if (typeof id === 'string' && id.trim() !== '') return id.trim()
  throw new FlowProblem('1413-400', `Please provide a valid spec id: ${field}.id is missing.`, {
    field: `${field}.id`,
  })
}

function unknownSpec(field: string, id: string, remedy: string): FlowProblem {
  return new FlowProblem(
    '1413-400',
    `Please provide a valid spec id: ${field}.id ${id} is unknown. ${remedy}`,
    { id },
  )
}

/** Without a version the newest is meant; `1` and `1.0` are the same. */
function assertVersion(field: string, given: unknown, newest: string): void {
  const version = isObject(given) ? given['version'] : undefined
  if (version === undefined || version === null || version === '') return
  if (Number(version) === Number(newest)) return
  throw new FlowProblem(
    '1413-400',
    `${field}.version ${String(version)} is unknown. The newest is ${newest}.`,
    {
      version: String(version),
    },
  )
}
