import { ROOMS, type Room } from './rooms.ts'

/** One override of the linter's configuration. */
export interface Override {
  readonly includes: readonly string[]
  readonly linter: { readonly rules: { readonly style: { readonly noRestrictedImports: object } } }
}

const LIBRARIES = [...new Set(ROOMS.flatMap((room) => room.libraries))].filter((name) => name !== '*').sort()

/** The import rules of all rooms, as overrides for `biome.json`. */
export function boundaryOverrides(): Override[] {
  return ROOMS.filter((room) => !room.rooms.includes('*')).map(boundaryOf)
}

function boundaryOf(room: Room): Override {
  const open = [room.path, ...room.rooms].map((name) => `!#${name}/**`)
  const locked = LIBRARIES.filter((name) => !room.libraries.includes(name)).flatMap((name) => [
    name,
    `${name}/**`,
  ])
  return {
    includes: [`server/src/${room.path}/**`, '!**/*.test.ts', '!**/testing/**'],
    linter: {
      rules: {
        style: {
          noRestrictedImports: {
            level: 'error',
            options: {
              patterns: [
                {
                  group: ['#*/**', ...open],
                  message: `The room ${room.path} may not import that room: see ARCHITECTURE.md.`,
                },
                { group: ['../**'], message: 'Import another room as #room/file.ts.' },
                {
                  group: locked,
                  message: `That library has its door in another room: see scripts/rooms.ts.`,
                },
              ],
            },
          },
        },
      },
    },
  }
}
