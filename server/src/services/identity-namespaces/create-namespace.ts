import type { IdentityNamespace } from '@headwater/contract/identity-namespaces.ts'
import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { Database } from '#store/database.ts'
import { checkNamespace } from './namespace-rules.ts'
import { insertNamespace } from './namespace-store.ts'
import { codeConflict } from './problems.ts'
import { STANDARD_NAMESPACES } from './standard-namespaces.ts'

/** Makes a namespace of the sandbox's own. Throws NamespaceProblem 400 and 409. */
export async function createNamespace(
  deps: { readonly db: Database; readonly now: () => number },
  scope: Scope,
  body: JsonObject,
): Promise<IdentityNamespace> {
  const wanted = checkNamespace(body)
  const isStandard = STANDARD_NAMESPACES.some(({ code }) => code.toLowerCase() === wanted.code.toLowerCase())
  if (isStandard) throw codeConflict(wanted.code)
  const made = await insertNamespace(deps.db, scope, { ...wanted, nowMs: deps.now() })
  if (made === undefined) throw codeConflict(wanted.code)
  return made
}
