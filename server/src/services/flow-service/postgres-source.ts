import { openSession } from '#source/postgres/connect/session.ts'
import { diagnoseConnection } from '#source/postgres/doctor/diagnose-connection.ts'
import { testConnection } from '#source/postgres/doctor/test-connection.ts'
import { describeRelation } from '#source/postgres/explore/describe-relation.ts'
import { listRelations } from '#source/postgres/explore/list-relations.ts'
import { previewRelation } from '#source/postgres/explore/preview-relation.ts'
import { checkRowFilter } from '#source/postgres/filter/check-row-filter.ts'
import { compileRowFilter } from '#source/postgres/filter/row-filter.ts'
import type { SourcePort } from './source-port.ts'

/** The port over PostgreSQL. */
export function createPostgresSource(): SourcePort {
  return {
    diagnoseConnection,
    testConnection,
    async listRelations(target, options = {}) {
      await using session = await openSession(target, { ...options, readOnly: true })
      return await listRelations(session)
    },
    async describeRelation(target, path, options = {}) {
      await using session = await openSession(target, { ...options, readOnly: true })
      return await describeRelation(session, path)
    },
    async checkFilter(target, path, filters, options = {}) {
      await using session = await openSession(target, { ...options, readOnly: true })
      const shape = await describeRelation(session, path)
      await checkRowFilter(session, shape, compileRowFilter(filters, shape.columns))
    },
    async previewRelation(target, path, { limit, filters, signal }) {
      await using session = await openSession(target, { signal, readOnly: true })
      const shape = await describeRelation(session, path)
      const filter = filters === undefined ? undefined : compileRowFilter(filters, shape.columns)
      if (filter !== undefined) await checkRowFilter(session, shape, filter)
      return { shape, rows: await previewRelation(session, shape, { limit, filter }) }
    },
  }
}
