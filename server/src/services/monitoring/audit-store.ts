import type { AuditEntry, AuditPage } from '@headwater/contract/monitoring/audit.ts'
import type { Selectable } from 'kysely'
import type { Area } from '#http/permissions.ts'
import type { Scope } from '#http/scope.ts'
import type { Database } from '#store/database.ts'
import type { Tables } from '#store/tables/tables.ts'

/** A request as it is remembered. */
export interface NewAuditEntry {
  readonly scope: Pick<Scope, 'orgId' | 'sandbox' | 'userId' | 'clientId'>
  readonly area: Area
  readonly operation: string
  readonly action?: string | undefined
  readonly resourceId?: string | undefined
  readonly resourceName?: string | undefined
  readonly outcome: AuditEntry['outcome']
  readonly status: number
  readonly requestId: string
  readonly atMs: number
}

export async function insertAuditEntry(db: Database, entry: NewAuditEntry): Promise<void> {
  await db
    .insertInto('audit_entry')
    .values({
      at: entry.atMs,
      org_id: entry.scope.orgId,
      sandbox_id: entry.scope.sandbox.id,
      area: entry.area,
      operation: entry.operation,
      action: entry.action ?? null,
      resource_id: entry.resourceId ?? null,
      resource_name: entry.resourceName ?? null,
      outcome: entry.outcome,
      status: entry.status,
      user_id: entry.scope.userId,
      client_id: entry.scope.clientId,
      request_id: entry.requestId,
    })
    .execute()
}

export interface AuditWanted {
  /** What the client may view. */
  readonly areas: readonly Area[]
  readonly startMs?: number | undefined
  readonly endMs?: number | undefined
  readonly operation?: string | undefined
  readonly resourceId?: string | undefined
  readonly userId?: string | undefined
  readonly outcome?: AuditEntry['outcome'] | undefined
  readonly limit: number
  /** Only entries older than this one. */
  readonly before?: number | undefined
}

/** Entries of the sandbox, the newest first. */
export async function listAuditEntries(db: Database, scope: Scope, wanted: AuditWanted): Promise<AuditPage> {
  let query = db
    .selectFrom('audit_entry')
    .selectAll()
    .where('org_id', '=', scope.orgId)
    .where('sandbox_id', '=', scope.sandbox.id)
    .where('area', 'in', wanted.areas)
  if (wanted.before !== undefined) query = query.where('id', '<', wanted.before)
  if (wanted.startMs !== undefined) query = query.where('at', '>=', wanted.startMs)
  if (wanted.endMs !== undefined) query = query.where('at', '<', wanted.endMs)
  if (wanted.operation !== undefined) query = query.where('operation', '^@', wanted.operation)
  if (wanted.resourceId !== undefined) query = query.where('resource_id', '=', wanted.resourceId)
  if (wanted.userId !== undefined) query = query.where('user_id', '=', wanted.userId)
  if (wanted.outcome !== undefined) query = query.where('outcome', '=', wanted.outcome)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(wanted.limit + 1)
    .execute()
  const shown = rows.slice(0, wanted.limit)
  const last = shown.at(-1)
  return {
    entries: shown.map(entryOf),
    ...(rows.length > wanted.limit && last !== undefined ? { next: String(last.id) } : {}),
  }
}

function entryOf(row: Selectable<Tables['audit_entry']>): AuditEntry {
  return {
    id: String(row.id),
    at: row.at,
    operation: row.operation,
    ...(row.action === null ? {} : { action: row.action }),
    area: row.area,
    ...(row.resource_id === null ? {} : { resourceId: row.resource_id }),
    ...(row.resource_name === null ? {} : { resourceName: row.resource_name }),
    outcome: row.outcome,
    status: row.status,
    userId: row.user_id,
    clientId: row.client_id,
    requestId: row.request_id,
  }
}
