import { Type } from 'typebox'

/** Ad-hoc SQL over the datasets of a sandbox. */

export const QueryBody = Type.Object(
  {
    sql: Type.Optional(
      Type.Unknown({
        description: 'One SELECT statement; a dataset is a table under its id, its SQL name or its name',
        examples: ['select count(*) from loyalty_members'],
      }),
    ),
    maxRows: Type.Optional(
      Type.Unknown({ description: 'How many rows to return at most, 1 to 10000; 1000 when absent' }),
    ),
  },
  { additionalProperties: true },
)

export const QueryResult = Type.Object({
  columns: Type.Array(Type.Object({ name: Type.String(), type: Type.String() })),
  rows: Type.Array(Type.Unknown()),
  truncated: Type.Boolean({ description: 'True when there are more rows than were asked for' }),
})
