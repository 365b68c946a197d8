import { type Static, Type } from 'typebox'
import { AnyObject, Filled, OPEN, Uuid } from '../schema-parts.ts'
import { ORDERS, OutputSchemaRef, SCHEMA_SPELLINGS } from './mapping-sets.ts'
import { SOME_SOURCE } from './trials.ts'

/** Mappings that Data Prep finds by itself. */

const Column = Type.Object(
  {
    name: Filled('Name of the column', { examples: ['first_name'] }),
    type: Type.Optional(
      Type.String({
        description:
          'Its type: of XDM (`string`, `integer`, `number`, `boolean`, `date`, `date-time`) or of the lake (`long`, `decimal(12,2)`, `timestamp` and so on); text when absent',
        examples: ['string'],
      }),
    ),
    xdm: Type.Optional(
      AnyObject('Its type in words of XDM, as exploring a table lists it; goes before `type`'),
    ),
  },
  { ...OPEN, title: 'ColumnToMap', description: 'A column of a source, as exploring a table lists it' },
)

const SPELLINGS = SCHEMA_SPELLINGS.map(({ required: [name] }) => name)

/** Columns, or where they are, and the schema to map them to. */
export const SuggestionBody = Type.Object(
  {
    outputSchema: Type.Optional(Type.Object({ schemaRef: OutputSchemaRef }, OPEN)),
    schemaRef: Type.Optional(OutputSchemaRef),
    xdmSchema: Type.Optional(Filled('The `$id` alone')),
    columns: Type.Optional(Type.Array(Column, { maxItems: 1600, description: 'The columns of the source' })),
    sourceConnectionId: Type.Optional(
      Uuid('The columns of this source connection; some of its rows are looked at', SOME_SOURCE),
    ),
  },
  {
    ...OPEN,
    title: 'MappingSuggestionBody',
    description: 'A schema, in one of three spellings as for a mapping set, and the columns to map to it',
    allOf: [
      { anyOf: SPELLINGS.map((name) => ({ required: [name] })) },
      { anyOf: [{ required: ['columns'] }, { required: ['sourceConnectionId'] }] },
    ],
    examples: [
      {
        outputSchema: ORDERS.outputSchema,
        columns: [
          { name: 'id', type: 'integer' },
          { name: 'city', type: 'string' },
        ],
      },
    ],
  },
)
export type SuggestionBody = Static<typeof SuggestionBody>

const SuggestedMapping = Type.Object(
  {
    sourceType: Type.String({ examples: ['ATTRIBUTE'] }),
    source: Type.String({ description: 'The column' }),
    destination: Type.String({ description: 'The field' }),
    matchScore: Type.Number({ minimum: 0, maximum: 1, description: 'How sure this is; 1 for equal names' }),
    description: Type.String({ description: 'Why this field' }),
  },
  { title: 'ScoredMapping', description: 'A mapping as a mapping set has it, and how sure it is' },
)

const UnmappedColumn = Type.Object(
  { source: Type.String(), reason: Type.String({ description: 'Why there is no suggestion' }) },
  { title: 'UnmappedColumn', description: 'A column for which nothing was found' },
)

const SuggestedSchema = Type.Object(
  { schemaRef: Type.Object({ id: Type.String(), contentType: Type.String() }) },
  { title: 'SuggestionSchema', description: 'The schema that was mapped to' },
)

/** A mapping set that can be made as it is. */
export const SuggestionResponse = Type.Object(
  {
    outputSchema: SuggestedSchema,
    mappings: Type.Array(SuggestedMapping, { description: 'In the order of the columns' }),
    unmapped: Type.Array(UnmappedColumn),
  },
  {
    title: 'MappingSuggestion',
    description: 'A mapping set that can be made as it is, and the columns that it leaves out',
    examples: [
      {
        outputSchema: ORDERS.outputSchema,
        mappings: [
          {
            sourceType: 'ATTRIBUTE',
            source: 'id',
            destination: '_acme.id',
            matchScore: 1,
            description: 'The names are equal',
          },
        ],
        unmapped: [{ source: 'note', reason: 'No field has a name like this' }],
      },
    ],
  },
)
export type SuggestionResponse = Static<typeof SuggestionResponse>
