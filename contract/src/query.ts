import { type Static, Type } from 'typebox'
import { Filled, OPEN } from './schema-parts.ts'

/** Ad-hoc SQL over the datasets of a sandbox. */

export const QueryBody = Type.Object(
  {
    sql: Filled('One SELECT statement; a dataset is a table under its id, its SQL name or its name', {
      pattern: '\\S',
      examples: ['select count(*) from orders'],
    }),
    maxRows: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10000,
        default: 1000,
        description: 'How many rows to return at most',
      }),
    ),
  },
  {
    ...OPEN,
    title: 'QueryBody',
    description: 'A statement to run',
    examples: [{ sql: 'select city, count(*) from orders group by city', maxRows: 10 }],
  },
)
export type QueryBody = Static<typeof QueryBody>

export const QueryResult = Type.Object(
  {
    columns: Type.Array(
      Type.Object({
        name: Type.String(),
        type: Type.String({ description: 'As DuckDB names it', examples: ['BIGINT'] }),
      }),
    ),
    rows: Type.Array(Type.Array(Type.Unknown()), {
      description: 'Values in the order of the columns. Numbers that JSON cannot say exactly are text',
    }),
    truncated: Type.Boolean({ description: 'True when there are more rows than were asked for' }),
  },
  {
    title: 'QueryResult',
    description: 'What a statement found',
    examples: [
      {
        columns: [
          { name: 'city', type: 'VARCHAR' },
          { name: 'count_star()', type: 'BIGINT' },
        ],
        rows: [['Paris', 5]],
        truncated: false,
      },
    ],
  },
)
export type QueryResult = Static<typeof QueryResult>
