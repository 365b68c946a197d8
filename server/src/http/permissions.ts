/** What permissions are about, in the platform's words. */
export const AREAS = ['Sources', 'Schemas', 'Datasets', 'Sandboxes'] as const
export type Area = (typeof AREAS)[number]

/** Who may manage may view, too. */
export type Permission = `View ${Area}` | `Manage ${Area}`

export const PERMISSIONS: readonly Permission[] = AREAS.flatMap(
  (area) => [`View ${area}`, `Manage ${area}`] as const,
)

/** A permission that a client holds. */
export interface Grant {
  readonly permission: Permission
  /** The sandbox in which it holds; `null` for all that there are and will be. */
  readonly sandboxId: string | null
}

/** What a client holds that was not made with less. */
export const ALL_GRANTS: readonly Grant[] = Object.freeze(
  AREAS.map((area): Grant => ({ permission: `Manage ${area}`, sandboxId: null })),
)

/** Where a permission has to hold: in one sandbox, in all of them, or in whichever. */
export type Place = { readonly sandboxId: string } | 'everywhere' | 'anywhere'

/** True when the grants hold the permission in that place. */
export function holds(grants: readonly Grant[], permission: Permission, place: Place): boolean {
  return grants.some((grant) => implies(grant.permission, permission) && covers(grant, place))
}

/** True when the client may do anything at all there. */
export function holdsAny(grants: readonly Grant[], sandboxId: string): boolean {
  return grants.some((grant) => covers(grant, { sandboxId }))
}

function implies(held: Permission, wanted: Permission): boolean {
  return held === wanted || held === wanted.replace('View', 'Manage')
}

function covers({ sandboxId }: Grant, place: Place): boolean {
  if (sandboxId === null || place === 'anywhere') return true
  return place !== 'everywhere' && place.sandboxId === sandboxId
}

/** What a route of an area needs unless it says otherwise: reading is viewing, all else is managing. */
export function permissionFor(area: Area, method: string | readonly string[]): Permission {
  const isRead = [method].flat().every((each) => each === 'GET' || each === 'HEAD')
  return isRead ? `View ${area}` : `Manage ${area}`
}

declare module 'fastify' {
  interface FastifySchema {
    /**
     * What a client must hold; that of the family's area and the method when absent. `none` is for what every client
     * of the organisation may see.
     */
    readonly permission?: Permission | 'none' | undefined
  }
}

/** The sentence of a refusal. */
export function denial(permission: Permission, where: string): string {
  return `This client does not hold the permission "${permission}" ${where}. Whoever runs the server can give it: headwater credentials grant.`
}
