import type { PostgresColumnType } from '#typemap/postgres-types.ts'

/** One column of a COPY, in the order of its select list. Plain data: it travels between threads. */
export interface WireColumn {
  readonly name: string
  readonly type: PostgresColumnType
}
