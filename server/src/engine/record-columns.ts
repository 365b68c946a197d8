import type { WireColumn } from '#source/postgres/wire/wire-column.ts'
import { describePostgresType } from '#typemap/postgres-types.ts'

/** What comes over the ring of a slice whose rows are records of files: the text of each, and whether it is broken. */
export const RECORD_COLUMNS: readonly WireColumn[] = Object.freeze([
  { name: 'record', type: describePostgresType({ typeName: 'text', typeOid: 25, typmod: -1 }) },
  { name: 'isBroken', type: describePostgresType({ typeName: 'boolean', typeOid: 16, typmod: -1 }) },
])
