import type { Scope } from '#http/scope.ts'
import { asText } from '#kit/as-text.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import { FlowProblem, invalidRequest } from '#services/flow-service/problems.ts'
import type { Database } from '#store/database.ts'
import { CRM_TO_AEP } from './built-in/crm-to-aep.ts'
import { DATALAKE } from './built-in/datalake.ts'
import { POSTGRE_SQL, POSTGRE_SQL_AWS } from './built-in/postgre-sql.ts'
import type { ConnectionSpec, Edition, FlowSpec, SpecKind } from './built-in/spec.ts'
import { findStoredSpec } from './spec-store.ts'

/** Systems that this server can read from or write to. */
export const CONNECTION_SPECS: Readonly<Record<Edition, readonly ConnectionSpec[]>> = {
  azure: [POSTGRE_SQL, DATALAKE],
  aws: [POSTGRE_SQL_AWS, DATALAKE],
}

export const FLOW_SPECS: readonly FlowSpec[] = [CRM_TO_AEP]

/** What comes with the server, in any edition. */
export function builtInSpecs(kind: SpecKind): readonly (ConnectionSpec | FlowSpec)[] {
  return kind === 'flowSpecs' ? FLOW_SPECS : CONNECTION_SPECS.azure
}

export function isBuiltIn(spec: FlowSpec): boolean {
  return FLOW_SPECS.includes(spec)
}

/**
 * The connection spec that a body's `connectionSpec` names, among those that something can be connected by; throws
 * 1413 when it names none. Where its ways of authentication don't matter, any edition does.
 */
export function requireConnectionSpec(given: unknown, edition: Edition = 'azure'): ConnectionSpec {
  const id = requireSpecId(given, 'connectionSpec')
  const spec = CONNECTION_SPECS[edition].find((candidate) => candidate.id === id)
  if (spec === undefined)
    throw unknownSpec('connectionSpec', id, 'GET /connectionSpecs lists those that exist.')
  assertVersion('connectionSpec', given, spec.version)
  return spec
}

/**
 * Tells why nothing is connected by a spec that the organisation registered: no code of this server reads or
 * writes such a system. All others are left to {@link requireConnectionSpec}.
 *
 * @throws {FlowProblem} 1100
 */
export async function assertConnectable(db: Database, scope: Scope, given: unknown): Promise<void> {
  const id = requireSpecId(given, 'connectionSpec')
  if (CONNECTION_SPECS.azure.some((spec) => spec.id === id)) return
  const stored = await findStoredSpec(db, scope, 'connectionSpecs', id)
  if (stored === undefined) return
  const names = CONNECTION_SPECS.azure.map(({ name }) => name).join(', ')
  throw invalidRequest(
    `connectionSpec.id ${id} is ${String(stored['name'])}, which is registered here, but this server has no reader for it. It connects: ${names}.`,
    'connectionSpec.id',
  )
}

/** The flow spec that a body's `flowSpec` names; throws 1413 when it names none that exists. */
export async function requireFlowSpec(db: Database, scope: Scope, given: unknown): Promise<FlowSpec> {
  const id = requireSpecId(given, 'flowSpec')
  const spec =
    FLOW_SPECS.find((candidate) => candidate.id === id) ??
    (await findStoredSpec(db, scope, 'flowSpecs', id).then(toFlowSpec))
  if (spec === undefined) throw unknownSpec('flowSpec', id, 'GET /flowSpecs lists those that exist.')
  assertVersion('flowSpec', given, spec.version)
  return spec
}

/** Its members were checked when it was stored. */
function toFlowSpec(stored: JsonObject | undefined): FlowSpec | undefined {
  return stored as FlowSpec | undefined
}

function requireSpecId(given: unknown, field: string): string {
  const id = isObject(given) ? given['id'] : undefined
  if (typeof id === 'string' && id.trim() !== '') return id.trim().toLowerCase()
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
  const text = asText(version)
  if (Number(text) === Number(newest)) return
  throw new FlowProblem('1413-400', `${field}.version ${text} is unknown. The newest is ${newest}.`, {
    version: text,
  })
}
