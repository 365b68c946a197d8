import { Type } from 'typebox'

/**
 * Requests of the searches: lists whose parameters come in a body. Bodies stay open, and what their members hold
 * is checked by the service, which answers with a code of its catalogue.
 */

const OPEN = { additionalProperties: true } as const

const Given = (description: string, type: 'string' | 'integer' | 'boolean', examples: readonly unknown[]) =>
  Type.Optional(Type.Unknown({ description: `${description} (${type})`, examples: [...examples] }))

const MEMBERS = {
  queryString: Given(
    'Conditions as in `property` of the list, joined by `&`; a percent sign with two hexadecimal digits stands for a byte',
    'string',
    ['state==enabled&createdAt>1700000000000'],
  ),
  limit: Given('Items on a page, 1 to 1000; 100 when absent', 'integer', [20]),
  orderby: Given('Sort keys; newest first when absent', 'string', ['name,-createdAt']),
  count: Given('true to get nothing but the number of items', 'boolean', [true]),
  projectionFields: Given('Names of the properties to return', 'string', ['id,name,state']),
}

/** May be missing beside a continuation token only. */
export const SearchBody = Type.Union([Type.Object(MEMBERS, OPEN), Type.Null()])

export const FlowSpecSearchBody = Type.Union([
  Type.Object(
    {
      ...MEMBERS,
      groupByProperty: Given(
        'A property: items with the same value stand together, and `groups` counts them',
        'string',
        ['providerId'],
      ),
    },
    OPEN,
  ),
  Type.Null(),
])

export const SearchQuery = Type.Object(
  {
    continuationToken: Type.Optional(
      Type.String({ description: 'Where the page starts: the token of the link to it. It decides alone' }),
    ),
  },
  OPEN,
)

export const CrossSandboxHeaders = Type.Object(
  {
    'x-active-sandbox-ids': Type.Optional(
      Type.String({ description: 'Ids of the sandboxes to search, separated by commas' }),
    ),
  },
  OPEN,
)

/** Items of a search of flow specs; `groups` when they were grouped. */
export const SpecGroups = Type.Optional(
  Type.Array(
    Type.Object({
      value: Type.Unknown({ description: 'Of the property; null where it is absent' }),
      count: Type.Integer(),
    }),
  ),
)
