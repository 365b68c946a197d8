import { type Static, Type } from 'typebox'
import { Words } from './schema-parts.ts'

/** Whether the server is there, and whether it can work. */

export const Alive = Type.Object(
  { status: Words(['ok']) },
  { title: 'Alive', description: 'The process is there', examples: [{ status: 'ok' }] },
)
export type Alive = Static<typeof Alive>

export const Readiness = Type.Object(
  {
    status: Words(['ok', 'unavailable']),
    checks: Type.Record(Type.String(), Words(['ok', 'failed', 'timeout']), {
      description: 'What is needed for work: `metadata`, the database, and `lake`, the storage',
    }),
  },
  {
    title: 'Readiness',
    description: 'Whether requests can be served',
    examples: [{ status: 'ok', checks: { metadata: 'ok', lake: 'ok' } }],
  },
)
export type Readiness = Static<typeof Readiness>
