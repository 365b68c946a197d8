import { sql } from 'kysely'
import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { Database } from '#store/database.ts'
import type { GlobalLibrary } from './global-library.ts'
import { referencedIds } from './references.ts'
import type { Container, FindResource, Kind, Resource, TenantKind } from './resource.ts'

/** Reads resources of both containers; those of the tenant only in the scope's sandbox. */
export class ResourceReader {
  readonly #db: Database
  readonly #library: GlobalLibrary

  constructor(db: Database, library: GlobalLibrary) {
    this.#db = db
    this.#library = library
  }

  /** A resource by `$id` or `meta:altId`. */
  async find(scope: Scope, container: Container, kind: Kind, id: string): Promise<Resource | undefined> {
    const found =
      container === 'global' ? this.#library.find(id) : (await this.#tenantByIds(scope, [id])).at(0)
    return found?.kind === kind ? found : undefined
  }

  /** A resource of the tenant, of whatever kind. */
  async findTenant(scope: Scope, id: string): Promise<Resource | undefined> {
    return (await this.#tenantByIds(scope, [id])).at(0)
  }

  /** All resources of a kind; `slim` leaves their fields out. */
  async list(scope: Scope, container: Container, kind: Kind, slim: boolean): Promise<readonly Resource[]> {
    if (container === 'global') return this.#library.list(kind)
    const document = slim
      ? sql<JsonObject>`document - 'allOf' - 'definitions' - 'properties'`
      : sql<JsonObject>`document`
    const rows = await this.#tenant(scope)
      .select(document.as('document'))
      .where('kind', '=', kind as TenantKind)
      .orderBy('created_at')
      .orderBy('id')
      .execute()
    return rows.map(toResource)
  }

  /** Everything that documents refer to, directly or not, ready to be looked up by `$id`. */
  async loadReferences(scope: Scope, documents: readonly JsonObject[]): Promise<FindResource> {
    const loaded = new Map<string, Resource>()
    const seen = new Set<string>()
    let wanted = idsOf(documents, seen)
    while (wanted.length > 0) {
      const found = await this.#findAll(scope, wanted)
      for (const resource of found) loaded.set(resource.id, resource)
      wanted = idsOf(
        found.map((resource) => resource.document),
        seen,
      )
    }
    return (id) => loaded.get(id)
  }

  /** The tenant's resources of a kind whose documents have these members and values, oldest first. */
  async listHaving(scope: Scope, kind: TenantKind, members: JsonObject): Promise<readonly Resource[]> {
    const rows = await this.#tenant(scope)
      .select('document')
      .where('kind', '=', kind)
      .where(sql<boolean>`document @> ${JSON.stringify(members)}::jsonb`)
      .orderBy('created_at')
      .orderBy('id')
      .execute()
    return rows.map(toResource)
  }

  /** The tenant's resource of that title, of whatever kind. */
  async findByTitle(scope: Scope, title: string): Promise<Resource | undefined> {
    const row = await this.#tenant(scope).select('document').where('title', '=', title).executeTakeFirst()
    return row && toResource(row)
  }

  /** A tenant's resource that refers to `id`, if there is one. */
  async findUser(scope: Scope, id: string): Promise<Resource | undefined> {
    const row = await this.#tenant(scope)
      .select('document')
      .where(sql<boolean>`document -> 'refs' ? ${id}`)
      .limit(1)
      .executeTakeFirst()
    return row && toResource(row)
  }

  async #findAll(scope: Scope, ids: readonly string[]): Promise<readonly Resource[]> {
    const global = ids.map((id) => this.#library.find(id)).filter((resource) => resource !== undefined)
    const rest = ids.filter((id) => this.#library.find(id) === undefined)
    return rest.length === 0 ? global : [...global, ...(await this.#tenantByIds(scope, rest))]
  }

  async #tenantByIds(scope: Scope, ids: readonly string[]): Promise<readonly Resource[]> {
    const rows = await this.#tenant(scope)
      .select('document')
      .where((row) => row.or([row('id', 'in', ids), row('alt_id', 'in', ids)]))
      .execute()
    return rows.map(toResource)
  }

  #tenant(scope: Scope) {
    return this.#db
      .selectFrom('schema_resource')
      .select(['id', 'alt_id', 'kind', 'version', 'title', 'created_at', 'updated_at'])
      .where('org_id', '=', scope.orgId)
      .where('sandbox_id', '=', scope.sandbox.id)
  }
}

function idsOf(documents: readonly JsonObject[], seen: Set<string>): readonly string[] {
  const ids = documents.flatMap(referencedIds).filter((id) => !seen.has(id))
  for (const id of ids) seen.add(id)
  return [...new Set(ids)]
}

interface ResourceRow {
  readonly id: string
  readonly alt_id: string
  readonly kind: Kind
  readonly version: string
  readonly title: string
  readonly created_at: number
  readonly updated_at: number
  readonly document: JsonObject
}

function toResource(row: ResourceRow): Resource {
  return {
    id: row.id,
    altId: row.alt_id,
    kind: row.kind,
    container: 'tenant',
    version: row.version,
    title: row.title,
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
    document: row.document,
  }
}
