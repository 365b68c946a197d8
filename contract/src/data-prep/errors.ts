import { type Static, Type } from 'typebox'

/** What Data Prep says when something is wrong. */

export const MappingError = Type.Object(
  {
    destination: Type.String(),
    exception: Type.String({ description: 'What is wrong' }),
    source: Type.String(),
    columnName: Type.String(),
    sourceType: Type.String(),
  },
  { title: 'MappingError', description: 'What is wrong with one mapping' },
)
export type MappingError = Static<typeof MappingError>

export const DataPrepError = Type.Object(
  {
    type: Type.String({ description: 'Always `/placeholder/type/uri`' }),
    status: Type.Integer({ description: 'The HTTP status' }),
    title: Type.String({ description: 'The kind of error' }),
    detail: Type.String({ description: 'What is wrong and what to do' }),
    errors: Type.Optional(Type.Array(MappingError, { description: 'When single mappings are at fault' })),
  },
  { title: 'DataPrepError', description: 'An error of Data Prep' },
)
export type DataPrepError = Static<typeof DataPrepError>
