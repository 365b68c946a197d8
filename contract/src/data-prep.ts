import { Type } from 'typebox'

/** Requests and answers of Data Prep: mapping sets and their language. Times are epoch milliseconds. */

const OPEN = { additionalProperties: true } as const

export const MappingSetPath = Type.Object({ id: Type.String({ description: 'Id of the mapping set' }) })

export const MappingPath = Type.Object({
  id: Type.String({ description: 'Id of the mapping set' }),
  mappingId: Type.String({ description: 'Id of the mapping' }),
})

/** Counts and flags are read by hand: clients send `True`, blanks and nothing at all. */
const Flag = (description: string) =>
  Type.Optional(Type.Unsafe<string>({ type: ['boolean', 'string'], description }))

const Count = (minimum: number, description: string) =>
  Type.Optional(Type.Unsafe<string>({ type: ['integer', 'string'], minimum, description }))

export const MappingSetListQuery = Type.Object(
  {
    limit: Count(1, 'How many sets to return, 1 to 100; 10 when absent'),
    start: Count(0, 'How many sets to leave out at the beginning'),
    name: Type.Optional(Type.String({ description: 'Only sets of this name' })),
    orderBy: Type.Optional(
      Type.String({ description: '`createdDate`, `updatedDate` or `name`; `-` in front sorts descending' }),
    ),
    property: Type.Optional(
      Type.String({ description: 'Only sets with a property of this value: `outputSchema.schemaRef.id==…`' }),
    ),
    expandSchema: Flag('Whether to add the whole schema as `outputSchema.jsonSchema`'),
  },
  OPEN,
)

export const MappingSetQuery = Type.Object(
  {
    version: Count(0, 'The version to read; the newest when absent'),
    expandSchema: Flag('Whether to add the whole schema as `outputSchema.jsonSchema`'),
  },
  OPEN,
)

/** A mapping set in any of its three generations; the rules of the service read it. */
export const MappingSetBody = Type.Object(
  {
    name: Type.Optional(Type.Unknown({ description: 'Name of the set' })),
    outputSchema: Type.Optional(
      Type.Unknown({ description: '`{schemaRef: {id, contentType}}`: the schema that the rows get' }),
    ),
    schemaRef: Type.Optional(Type.Unknown({ description: 'The same in an older form' })),
    xdmSchema: Type.Optional(Type.Unknown({ description: 'The same in a still older form: the id alone' })),
    mappings: Type.Optional(
      Type.Unknown({
        description:
          'Items of `sourceType`, `source` (or `sourceAttribute`), `destination` (or `destinationXdmPath`)',
      }),
    ),
  },
  OPEN,
)

export const PreviewBody = Type.Object(
  {
    data: Type.Optional(Type.Unknown({ description: 'One row, or an array of rows' })),
    mappingSet: Type.Optional(Type.Unknown({ description: 'The mapping set to apply' })),
  },
  OPEN,
)

export const ExpressionBody = Type.Object(
  {
    expression: Type.Optional(
      Type.Unknown({ description: 'The expression to check', examples: ['concat("Hi", ",")'] }),
    ),
  },
  OPEN,
)

export const Mapping = Type.Object(
  {
    id: Type.String(),
    version: Type.Integer(),
    createdDate: Type.Number(),
    modifiedDate: Type.Number(),
    createdBy: Type.String(),
    modifiedBy: Type.String(),
    sourceType: Type.String(),
    source: Type.String(),
    destination: Type.String(),
    sourceAttribute: Type.String(),
    destinationXdmPath: Type.String(),
    identity: Type.Boolean(),
    primaryIdentity: Type.Boolean(),
  },
  OPEN,
)

export const MappingSet = Type.Object(
  {
    id: Type.String(),
    version: Type.Integer(),
    createdDate: Type.Number(),
    modifiedDate: Type.Number(),
    createdBy: Type.String(),
    modifiedBy: Type.String(),
    name: Type.Optional(Type.String()),
    outputSchema: Type.Object(
      { schemaRef: Type.Object({ id: Type.String(), contentType: Type.String() }) },
      OPEN,
    ),
    mappings: Type.Array(Mapping),
    status: Type.String(),
    xdmSchema: Type.String(),
    xdmVersion: Type.String(),
  },
  OPEN,
)

export const CreatedMappingSet = Type.Object({
  id: Type.String(),
  version: Type.Integer(),
  createdDate: Type.Number(),
  modifiedDate: Type.Number(),
  createdBy: Type.String(),
  modifiedBy: Type.String(),
})

export const MappingSetList = Type.Object({
  data: Type.Array(MappingSet),
  _page: Type.Object({ count: Type.Integer(), limit: Type.Integer() }),
  _links: Type.Object({ next: Type.Optional(Type.Object({ href: Type.String() })) }),
})

export const Mappings = Type.Array(Mapping)

export const MappingError = Type.Object({
  destination: Type.String(),
  exception: Type.String({ description: 'What is wrong' }),
  source: Type.String(),
  columnName: Type.String(),
  sourceType: Type.String(),
})

const ErrorsOrNull = Type.Union([Type.Array(MappingError), Type.Null()])

export const ValidationResponse = Type.Object({
  validationResponse: Type.Array(
    Type.Object({
      status: Type.Union([Type.Literal('SUCCESS'), Type.Literal('FAILED')]),
      errors: ErrorsOrNull,
    }),
  ),
})

export const PreviewResponse = Type.Array(Type.Object({ data: Type.Object({}, OPEN), errors: ErrorsOrNull }))

export const ExpressionValidation = Type.Object({
  validationStatus: Type.Union([Type.Literal('succeeded'), Type.Literal('failed')]),
  error: Type.String({ description: '`none`, or what is wrong' }),
})

export const MappingFunctions = Type.Array(
  Type.Object({
    category: Type.String(),
    function: Type.String(),
    description: Type.String(),
    syntax: Type.String(),
    returns: Type.String(),
    returnType: Type.String(),
    example: Type.String(),
    result: Type.String(),
    params: Type.Array(
      Type.Object({
        name: Type.String(),
        description: Type.String(),
        type: Type.String(),
        dataType: Type.String(),
        position: Type.Integer(),
      }),
    ),
    since: Type.String(),
  }),
)

export const MappingOperators = Type.Array(
  Type.Object({
    operatorSymbol: Type.String(),
    methodName: Type.String(),
    numberOfOperands: Type.Integer(),
    description: Type.String(),
    example: Type.String(),
  }),
)

export const DataPrepError = Type.Object(
  {
    type: Type.String(),
    status: Type.Integer(),
    title: Type.String(),
    detail: Type.String(),
    errors: Type.Optional(Type.Array(MappingError)),
  },
  { title: 'DataPrepError', additionalProperties: false },
)
