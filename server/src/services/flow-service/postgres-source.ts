import { SessionRack } from '#source/postgres/connect/session-rack.ts'
import { diagnoseConnection } from '#source/postgres/doctor/diagnose-connection.ts'
import { testConnection } from '#source/postgres/doctor/test-connection.ts'
import { describeRelation } from '#source/postgres/explore/describe-relation.ts'
import { exploreRelation, openExploreSession } from '#source/postgres/explore/explore-session.ts'
import { listRelations, streamRelations } from '#source/postgres/explore/list-relations.ts'
import { measureNumbers } from '#source/postgres/explore/measure-numbers.ts'
import { previewRelation } from '#source/postgres/explore/preview-relation.ts'
import { profileRelation } from '#source/postgres/explore/profile-relation.ts'
import { checkRowFilter } from '#source/postgres/filter/check-row-filter.ts'
import { compileRowFilter } from '#source/postgres/filter/row-filter.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { isBoundlessNumber } from '#typemap/postgres-types.ts'
import type { SourcePort } from './source-port.ts'

/** The port over PostgreSQL. Questions about one relation come one after the other, and share sessions. */
export function createPostgresSource(sessions = new SessionRack()): SourcePort {
  return {
    diagnoseConnection,
    testConnection,
    async listRelations(target, { limit, ...query }, options = {}) {
      await using session = await openExploreSession(target, options)
      return await listRelations(session, query, limit)
    },
    async *streamRelations(target, query, options = {}) {
      await using session = await openExploreSession(target, options)
      yield* streamRelations(session, query)
    },
    async describeRelation(target, path, options = {}) {
      return await exploreRelation(target, path, { ...options, sessions }, (session) =>
        describeRelation(session, path),
      )
    },
    async measureRelation(target, path, options = {}) {
      return await exploreRelation(target, path, { ...options, sessions }, async (session) => {
        const shape = await describeRelation(session, path)
        const boundless = shape.columns.filter(({ type }) => isBoundlessNumber(type)).map(({ name }) => name)
        return { shape, widths: await measureNumbers(session, shape, boundless) }
      })
    },
    async profileRelation(target, path, options = {}) {
      return await exploreRelation(target, path, { ...options, sessions }, (session) =>
        profileRelation(session, path),
      )
    },
    async checkFilter(target, path, filters, options = {}) {
      await exploreRelation(target, path, { ...options, sessions }, async (session) => {
        const shape = await describeRelation(session, path)
        await checkRowFilter(session, shape, compileRowFilter(filters, shape.columns))
      })
    },
    async previewRelation(target, path, { limit, filters, signal }) {
      const timeoutMs = previewTimeout(target)
      return await exploreRelation(target, path, { signal, sessions }, async (session) => {
        const profile = await profileRelation(session, path)
        const { shape } = profile
        const filter = filters === undefined ? undefined : compileRowFilter(filters, shape.columns)
        if (filter !== undefined) await checkRowFilter(session, shape, filter)
        return { profile, preview: await previewRelation(session, shape, { limit, filter, timeoutMs }) }
      })
    },
  }
}

/** The client of a preview waits for it, whatever the connection allows other statements. */
const LONGEST_PREVIEW_MS = 15_000

function previewTimeout({ statementTimeoutMs }: ConnectionTarget): number | undefined {
  return statementTimeoutMs === undefined ? undefined : Math.min(statementTimeoutMs, LONGEST_PREVIEW_MS)
}
