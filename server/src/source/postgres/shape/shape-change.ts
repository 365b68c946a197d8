import type { ShapeColumn } from './source-shape.ts'

/** One difference between what a relation looked like and what it looks like. */
export interface ShapeChange {
  readonly code: ShapeChangeCode
  /** What has changed, as a sentence. */
  readonly message: string
  /** The column as it was and as it is; one of them is absent for a column that is new or gone. */
  readonly was?: ShapeColumn | undefined
  readonly is?: ShapeColumn | undefined
}

/** What can be told of a change besides its sentence. */
export interface ShapeChangeKind {
  /** For the catalogue in the documentation. */
  readonly title: string
  /** What one may want to do about it where the run goes on. */
  readonly advice: string
  /** What somebody has to do where the run stops. */
  readonly remedy: string
}

const REMAP =
  'Save a new version of the mapping set that reads what is there now, and PATCH /transformations of the flow to it.'
const NOTHING = 'Nothing has to be done.'

/** All kinds of changes, by the code that runs tell. */
export const SHAPE_CHANGES = {
  DRIFT_COLUMN_ADDED: {
    title: 'a column is new',
    advice:
      'To read it, map it to a field, or set params.schemaDrift of the source connection to "evolve" and let it follow by itself.',
    remedy: REMAP,
  },
  DRIFT_COLUMN_DROPPED: {
    title: 'a column is gone',
    advice: 'The field of a column that is gone stays, for the rows that have it, and is empty from now on.',
    remedy: `Add the column again, or let the flow go on without it. ${REMAP}`,
  },
  DRIFT_COLUMN_RENAMED: {
    title: 'a column has another name',
    advice: NOTHING,
    remedy: `Give the column its name back, or follow it. ${REMAP}`,
  },
  DRIFT_COLUMN_REPLACED: {
    title: 'a column was dropped and added again under its name',
    advice: 'Rows that were read before keep the values of the old column.',
    remedy: REMAP,
  },
  DRIFT_COLUMN_TYPE: {
    title: 'a column has another type',
    advice: NOTHING,
    remedy:
      'Give the column its type back; or make a new field of the new type in the schema, map the column to it in a new version of the mapping set, and PATCH /transformations of the flow to that; or start over with a new dataset.',
  },
  DRIFT_COLUMN_NULLABLE: {
    title: 'a column may be NULL now',
    advice: 'Where the schema requires the field, rows without a value are set aside and counted.',
    remedy: 'Make the field optional in the schema.',
  },
  DRIFT_COLUMN_NOT_NULL: {
    title: 'a column is never NULL now',
    advice: 'The field stays optional: rows of before may lack it.',
    remedy: REMAP,
  },
  DRIFT_COLUMN_DEFAULT: { title: 'a column has another default', advice: NOTHING, remedy: REMAP },
  DRIFT_COLUMN_GENERATED: {
    title: 'values of a column come from elsewhere: it is generated now, or no longer',
    advice: NOTHING,
    remedy: REMAP,
  },
  DRIFT_COLUMN_REVOKED: {
    title: 'the user may no longer read a column',
    advice: NOTHING,
    remedy: `Grant SELECT on the column to the user of the connection, or let the flow go on without it. ${REMAP}`,
  },
  DRIFT_COLUMN_GRANTED: {
    title: 'the user may read a column that was closed to it',
    advice: 'To read it, map it to a field.',
    remedy: REMAP,
  },
  DRIFT_COLUMNS_REORDERED: {
    title: 'the columns stand in another order',
    advice: NOTHING,
    remedy: REMAP,
  },
  DRIFT_DOMAIN_ALTERED: {
    title: 'a domain demands something else of its values',
    advice: 'Values arrive as their base type; what the domain demands is not checked here.',
    remedy: REMAP,
  },
  DRIFT_ENUM_VALUE_ADDED: {
    title: 'an enum has a new value',
    advice:
      'Where the schema lists the values of the field, add the new one: rows with others are set aside.',
    remedy: REMAP,
  },
  DRIFT_ENUM_VALUE_RENAMED: {
    title: 'a value of an enum has another name',
    advice:
      'Rows that were read before keep the old name; new rows have the new one. Map one to the other if they must agree.',
    remedy: REMAP,
  },
  DRIFT_ENUM_VALUE_REMOVED: {
    title: 'an enum was made again without one of its values',
    advice: 'Rows that were read before keep the value.',
    remedy: REMAP,
  },
  DRIFT_KEY_CHANGED: {
    title: 'the primary key is another',
    advice: 'Rows are added whatever their key. Who reads the table by its key has to know of the new one.',
    remedy: REMAP,
  },
  DRIFT_PARTITION_ATTACHED: {
    title: 'a partition or an inheriting table is new',
    advice: 'Its rows are read with the others; with a delta column those that lie in the window.',
    remedy: REMAP,
  },
  DRIFT_PARTITION_DETACHED: {
    title: 'a partition or an inheriting table is gone',
    advice: 'Its rows are no longer read; those that were stay in the dataset.',
    remedy: REMAP,
  },
  DRIFT_ROWS_FILTERED: {
    title: 'row-level security filters the rows',
    advice: 'Rows that the policies hide from the user are not read.',
    remedy:
      'Give the user of the connection BYPASSRLS or a policy that shows it all rows; or, if it is to read only some, set params.schemaDrift of the source connection to "report" for one run.',
  },
  DRIFT_ROWS_UNFILTERED: {
    title: 'row-level security filters the rows no longer',
    advice: 'More rows may be read than before.',
    remedy: REMAP,
  },
  DRIFT_QUERY_CHANGED: {
    title: 'a view has another query',
    advice: 'Its columns mean what the new query says.',
    remedy: REMAP,
  },
  DRIFT_RELATION_RECREATED: {
    title: 'another relation has the name',
    advice:
      'It was dropped and created again, or another was put in its place. With a delta column, ask for a run over the window that it has to deliver once more.',
    remedy: REMAP,
  },
  DRIFT_RELATION_RENAMED: {
    title: 'the relation has another name or schema',
    advice: NOTHING,
    remedy: 'Give it its name back, or PATCH params.tableName of the source connection to the new one.',
  },
  DRIFT_RELATION_DROPPED: {
    title: 'the relation is gone',
    advice: NOTHING,
    remedy:
      'Create it again, or PATCH params.tableName of the source connection to another, or delete the flow.',
  },
} as const satisfies Readonly<Record<string, ShapeChangeKind>>

export type ShapeChangeCode = keyof typeof SHAPE_CHANGES
