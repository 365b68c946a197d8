import { testConnection } from '#source/postgres/doctor/test-connection.ts'
import { describeRelation } from '#source/postgres/explore/describe-relation.ts'
import { exploreRelation, openExploreSession } from '#source/postgres/explore/explore-session.ts'
import { listRelations, streamRelations } from '#source/postgres/explore/list-relations.ts'
import { previewRelation } from '#source/postgres/explore/preview-relation.ts'
import { profileRelation } from '#source/postgres/explore/profile-relation.ts'
import { compileRowFilter } from '#source/postgres/filter/row-filter.ts'
import type { SourcePort } from './source-port.ts'

/** The port over PostgreSQL. */
export function createPostgresSource(): SourcePort {
  return {
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
      return await exploreRelation(target, path, options, (session) => describeRelation(session, path))
    },
    async profileRelation(target, path, options = {}) {
      return await exploreRelation(target, path, options, (session) => profileRelation(session, path))
    },
    async previewRelation(target, path, { limit, filters, signal }) {
      return await exploreRelation(target, path, { signal }, async (session) => {
        const profile = await profileRelation(session, path)
        const { shape } = profile
        const filter = filters === undefined ? undefined : compileRowFilter(filters, shape.columns)
        return { profile, preview: await previewRelation(session, shape, { limit, filter }) }
      })
    },
  }
}
