import type { RelationShape } from '#source/postgres/explore/describe-relation.ts'
import type { WireColumn } from '#source/postgres/wire/wire-column.ts'
import { describePostgresType } from '#typemap/postgres-types.ts'

/** Block and item as the server sends them: six bytes. */
const CTID: WireColumn = {
  name: 'ctid',
  type: { ...describePostgresType({ typeName: 'bytea', typeOid: 17, typmod: -1 }), typeName: 'tid' },
}

/** An oid has the bytes of an integer. */
const TABLEOID: WireColumn = {
  name: 'tableoid',
  type: { ...describePostgresType({ typeName: 'integer', typeOid: 23, typmod: -1 }), typeName: 'oid' },
}

/** The columns of a select list that say which row it was, and their places in it. */
export interface OriginColumns {
  readonly columns: readonly WireColumn[]
  readonly key: readonly number[]
  readonly ctid?: number | undefined
  readonly tableoid?: number | undefined
}

/**
 * Adds to what is read anyway what names a row: its primary key, and its place where the relation has places. A key
 * of which the user may not read every column is none.
 */
export function withOrigin(read: readonly WireColumn[], shape: RelationShape): OriginColumns {
  const columns = [...read]
  const placeOf = (column: WireColumn): number => {
    const known = columns.findIndex(({ name }) => name === column.name)
    return known < 0 ? columns.push(column) - 1 : known
  }
  const found = shape.primaryKey.flatMap((name) => shape.columns.filter((column) => column.name === name))
  const isWhole = found.length === shape.primaryKey.length
  const key = isWhole ? found.map(({ name, type }) => placeOf({ name, type })) : []
  const hasPlaces = shape.canReadInParallel && shape.leaves.every(({ isAddressable }) => isAddressable)
  if (!hasPlaces) return { columns, key }
  const ctid = placeOf(CTID)
  return shape.leaves.length === 1
    ? { columns, key, ctid }
    : { columns, key, ctid, tableoid: placeOf(TABLEOID) }
}

/** `(block,item)` of the six bytes. */
export function formatTid(bytes: Buffer): string {
  return `(${bytes.readUInt32BE(0)},${bytes.readUInt16BE(4)})`
}
