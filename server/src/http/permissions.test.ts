import { expect, test } from 'vitest'
import { ALL_GRANTS, type Grant, holds, holdsAny, PERMISSIONS, permissionFor } from './permissions.ts'

const grant = (permission: Grant['permission'], sandboxId: string | null): Grant => ({
  permission,
  sandboxId,
})

test('to manage is to view, in the same area only', () => {
  const grants = [grant('Manage Schemas', null)]
  expect(PERMISSIONS.filter((permission) => holds(grants, permission, { sandboxId: 'a' }))).toEqual([
    'View Schemas',
    'Manage Schemas',
  ])
  expect(holds([grant('View Schemas', null)], 'Manage Schemas', { sandboxId: 'a' })).toBe(false)
})

test('a grant of one sandbox holds there, and anywhere, but not everywhere', () => {
  const grants = [grant('View Sources', 'a')]
  const places = [{ sandboxId: 'a' }, { sandboxId: 'b' }, 'anywhere', 'everywhere'] as const
  expect(places.map((place) => holds(grants, 'View Sources', place))).toEqual([true, false, true, false])
  expect([holdsAny(grants, 'a'), holdsAny(grants, 'b'), holdsAny([], 'a')]).toEqual([true, false, false])
})

test('everything is everything', () => {
  expect(PERMISSIONS.every((permission) => holds(ALL_GRANTS, permission, 'everywhere'))).toBe(true)
})

test('what only reads needs to view', () => {
  expect(permissionFor('Datasets', 'GET')).toBe('View Datasets')
  expect(permissionFor('Datasets', ['GET', 'HEAD'])).toBe('View Datasets')
  expect(permissionFor('Datasets', ['GET', 'POST'])).toBe('Manage Datasets')
  expect(permissionFor('Datasets', 'DELETE')).toBe('Manage Datasets')
})
