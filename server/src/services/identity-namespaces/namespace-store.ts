import type { IdentityNamespace } from '@headwater/contract/identity-namespaces.ts'
import { type Selectable, sql } from 'kysely'
import type { FindNamespace } from '#http/neighbours.ts'
import type { Scope } from '#http/scope.ts'
import type { Database } from '#store/database.ts'
import type { Tables } from '#store/tables/tables.ts'
import type { CheckedNamespace } from './namespace-rules.ts'
import { STANDARD_NAMESPACES } from './standard-namespaces.ts'

/** Reads the namespaces of a sandbox: those that all have, and its own. */
export class NamespaceReader {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async list(scope: Scope): Promise<readonly IdentityNamespace[]> {
    const rows = await this.#own(scope).orderBy('id').execute()
    return [...STANDARD_NAMESPACES, ...rows.map(toNamespace)]
  }

  /** By its id as a path or a descriptor writes it. */
  async findById(scope: Scope, id: string): Promise<IdentityNamespace | undefined> {
    if (!/^\d{1,9}$/.test(id)) return undefined
    const standard = STANDARD_NAMESPACES.find((namespace) => namespace.id === Number(id))
    if (standard !== undefined) return standard
    const row = await this.#own(scope).where('id', '=', Number(id)).executeTakeFirst()
    return row && toNamespace(row)
  }

  /** By its code, whatever its case: no two differ in that only. */
  async findByCode(scope: Scope, code: string): Promise<IdentityNamespace | undefined> {
    const lower = code.toLowerCase()
    const standard = STANDARD_NAMESPACES.find((namespace) => namespace.code.toLowerCase() === lower)
    if (standard !== undefined) return standard
    const row = await this.#own(scope).where(sql<boolean>`lower(code) = ${lower}`).executeTakeFirst()
    return row && toNamespace(row)
  }

  /** For the neighbours: descriptors and mappings name namespaces. */
  readonly findSummary: FindNamespace = (scope, { by, value }) =>
    by === 'id' ? this.findById(scope, value) : this.findByCode(scope, value)

  #own(scope: Scope) {
    return this.#db
      .selectFrom('identity_namespace')
      .selectAll()
      .where('org_id', '=', scope.orgId)
      .where('sandbox_id', '=', scope.sandbox.id)
  }
}

/** Stores a new namespace; `undefined` when its code is taken, by whatever case. */
export async function insertNamespace(
  db: Database,
  scope: Scope,
  { idType, ...wanted }: CheckedNamespace & { readonly nowMs: number },
): Promise<IdentityNamespace | undefined> {
  const { nowMs, ...columns } = wanted
  const row = await db
    .insertInto('identity_namespace')
    .values({
      org_id: scope.orgId,
      sandbox_id: scope.sandbox.id,
      ...columns,
      id_type: idType,
      created_at: nowMs,
      updated_at: nowMs,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  return row && toNamespace(row)
}

function toNamespace(row: Selectable<Tables['identity_namespace']>): IdentityNamespace {
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    idType: row.id_type as IdentityNamespace['idType'],
    description: row.description,
    status: 'ACTIVE',
    custom: true,
    createTime: row.created_at,
    updateTime: row.updated_at,
  }
}
