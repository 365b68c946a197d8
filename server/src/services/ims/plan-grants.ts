import { AREAS, type Grant, PERMISSIONS, type Permission } from '#http/permissions.ts'
import type { Database } from '#store/database.ts'

/** What somebody wants a client to be able to do, as they wrote it. */
export interface WantedGrants {
  /** `Manage Sources` or `manage-sources`; to manage everything when there is none. */
  readonly permissions?: readonly string[] | undefined
  /** Names of sandboxes; all, also future ones, when there is none or `*`. */
  readonly sandboxes?: readonly string[] | undefined
}

/** No such permission, or no such sandbox. The message is for whoever gives permissions. */
export class UnknownGrantError extends Error {
  override readonly name = 'UnknownGrantError'
  readonly isExplained = true
}

/** Each permission in each of the sandboxes. @throws UnknownGrantError */
export async function planGrants(
  db: Database,
  orgId: string,
  { permissions = [], sandboxes = [] }: WantedGrants,
): Promise<readonly Grant[]> {
  const everything = AREAS.map((area): Permission => `Manage ${area}`)
  const wanted = permissions.length === 0 ? everything : permissions.map(readPermission)
  const sandboxIds = await readSandboxes(db, orgId, sandboxes)
  return wanted.flatMap((permission) => sandboxIds.map((sandboxId) => ({ permission, sandboxId })))
}

function readPermission(text: string): Permission {
  const words = text
    .trim()
    .replaceAll(/[\s_-]+/g, ' ')
    .toLowerCase()
  const found = PERMISSIONS.find((permission) => permission.toLowerCase() === words)
  if (found !== undefined) return found
  throw new UnknownGrantError(`There is no permission "${text}". There are: ${PERMISSIONS.join(', ')}.`)
}

async function readSandboxes(
  db: Database,
  orgId: string,
  names: readonly string[],
): Promise<readonly (string | null)[]> {
  if (names.length === 0 || names.includes('*')) return [null]
  const rows = await db
    .selectFrom('sandbox')
    .select(['id', 'name'])
    .where('org_id', '=', orgId)
    .where('state', '<>', 'deleted')
    .orderBy('name')
    .execute()
  return names.map((name) => {
    const found = rows.find((row) => row.name === name)
    if (found !== undefined) return found.id
    throw new UnknownGrantError(
      `There is no sandbox "${name}" in the organisation ${orgId}. There are: ${rows.map((row) => row.name).join(', ')}.`,
    )
  })
}
