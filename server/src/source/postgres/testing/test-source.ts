import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { openSession, type Session } from '#source/postgres/connect/session.ts'
import { describeRelation, type RelationShape } from '#source/postgres/explore/describe-relation.ts'
import { type ConnectionTarget, parseConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { copyStatement } from '#source/postgres/read/copy-statement.ts'
import type { Slice } from '#source/postgres/read/plan-slices.ts'
import { quoteQualified } from '#source/postgres/sql/quote.ts'
import { type CopyCounts, copySlice } from '#source/postgres/wire/copy-slice.ts'
import { type PlanSlotOptions, planSlot } from '#source/postgres/wire/slot.ts'
import { MemoryRing } from './memory-ring.ts'

/** A database of its own for one test file, with a session of ours on it. */
export interface TestSource extends AsyncDisposable {
  readonly database: TestDatabase
  readonly target: ConnectionTarget
  readonly session: Session
}

export async function createTestSource(): Promise<TestSource> {
  const database = await createTestDatabase()
  const target = targetOf(database)
  const session = await openSession(target)
  return {
    database,
    target,
    session,
    [Symbol.asyncDispose]: async () => {
      await session.close()
      await database.drop()
    },
  }
}

/** `database` as a caller of the API would describe it; `changes` replace single parameters. */
export function targetOf(
  database: Pick<TestDatabase, 'host' | 'port' | 'user' | 'password' | 'database'>,
  changes: Readonly<Record<string, unknown>> = {},
): ConnectionTarget {
  return parseConnectionTarget('Basic Authentication', {
    server: database.host,
    port: database.port,
    database: database.database,
    username: database.user,
    password: database.password,
    sslMode: 'disable',
    ...changes,
  })
}

export interface CopyAllOptions extends PlanSlotOptions {
  readonly slice?: Slice | undefined
  readonly snapshotId?: string | undefined
  readonly where?: string | undefined
  readonly slotCount?: number | undefined
  readonly target?: ConnectionTarget | undefined
}

/** Copies a relation (or one slice of it) through a ring in memory. */
export async function copyAll(
  source: TestSource,
  path: string,
  options: CopyAllOptions = {},
): Promise<CopyCounts & { ring: MemoryRing; shape: RelationShape }> {
  const shape = await describeRelation(source.session, path)
  const whole: Slice = {
    ranges: [{ kind: 'whole', relation: quoteQualified(shape.schema, shape.name) }],
    sizeBytes: 0,
  }
  const layout = planSlot(shape.columns, options)
  const ring = new MemoryRing(layout, shape.columns, options.slotCount)
  const counts = await copySlice({
    target: options.target ?? source.target,
    snapshotId: options.snapshotId,
    sql: copyStatement(options.slice ?? whole, shape.columns, options.where),
    columns: shape.columns,
    layout,
    ring,
  })
  return { ...counts, ring, shape }
}
