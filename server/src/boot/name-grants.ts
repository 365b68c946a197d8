import type { Grant } from '#http/permissions.ts'
import type { Database } from '#store/database.ts'

/** Grants for people: `Manage Sources everywhere`, `View Datasets in dev, prod`. */
export async function nameGrants(db: Database, grants: readonly Grant[]): Promise<readonly string[]> {
  const names = await namesOf(db, grants)
  const permissions = [...new Set(grants.map(({ permission }) => permission))].sort()
  return permissions.map((permission) => {
    const places = grants.filter((grant) => grant.permission === permission)
    if (places.some(({ sandboxId }) => sandboxId === null)) return `${permission} everywhere`
    const where = places.map(({ sandboxId }) => names.get(sandboxId ?? '') ?? sandboxId).sort()
    return `${permission} in ${where.join(', ')}`
  })
}

async function namesOf(db: Database, grants: readonly Grant[]): Promise<ReadonlyMap<string, string>> {
  const ids = grants.flatMap(({ sandboxId }) => (sandboxId === null ? [] : [sandboxId]))
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom('sandbox').select(['id', 'name']).where('id', 'in', ids).execute()
  return new Map(rows.map(({ id, name }) => [id, name]))
}
