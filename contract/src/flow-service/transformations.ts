import { type Static, Type } from 'typebox'
import { Filled, OPEN, Words } from '../schema-parts.ts'
import { SOME } from './ids.ts'

/** What happens to rows on their way. */

const NamedColumn = Type.Object(
  {
    name: Filled('Name of the column', { examples: ['updated_at'] }),
    dateFormat: Type.Optional(Type.String({ description: 'Not needed; kept' })),
    timezone: Type.Optional(Type.String({ description: 'Of values without a time zone', examples: ['UTC'] })),
  },
  { ...OPEN, title: 'DeltaColumn', description: 'The column that tells when a row was last changed' },
)

export const DeltaColumn = Type.Union([NamedColumn, Type.String({ minLength: 1 })], {
  description: 'The column that tells when a row was last changed, or its bare name',
})
export type DeltaColumn = Static<typeof DeltaColumn>

const CopyTransformation = Type.Object(
  { name: Words(['Copy']), params: Type.Object({ deltaColumn: DeltaColumn }, OPEN) },
  { ...OPEN, title: 'CopyTransformation', description: 'Take only rows that changed since the last run' },
)

const MappingTransformation = Type.Object(
  {
    name: Words(['Mapping']),
    params: Type.Object(
      {
        mappingId: Filled('Id of a mapping set', { examples: [SOME.mapping] }),
        mappingVersion: Type.Optional(
          Type.Union([Type.Integer({ minimum: 0 }), Type.String({ pattern: '^\\d{0,9}$' })], {
            description: 'The newest when absent',
          }),
        ),
      },
      OPEN,
    ),
  },
  { ...OPEN, title: 'MappingTransformation', description: 'Shape rows into records by a mapping set' },
)

export const Transformation = Type.Union([CopyTransformation, MappingTransformation], {
  title: 'Transformation',
  description: 'A step on the way',
})
export type Transformation = Static<typeof Transformation>
