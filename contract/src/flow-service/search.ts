import { type Static, Type } from 'typebox'
import { OPEN, Words } from '../schema-parts.ts'
import { ItemCount, inList, NextLinks, Projection } from './lists.ts'
import { FlowSpec } from './specs.ts'

/** Searches: lists whose parameters come in a body, where they may be longer than a URL. */

const MEMBERS = {
  queryString: Type.Optional(
    Type.String({
      description:
        'Conditions as in `property` of the list, joined by `&`; a percent sign with two hexadecimal digits stands for a byte',
      examples: ['state==enabled&createdAt>1700000000000'],
    }),
  ),
  limit: Type.Optional(
    Type.Union(
      [Type.Integer({ minimum: 1, maximum: 1000 }), Type.String({ pattern: '^(|[1-9]\\d{0,2}|1000)$' })],
      { description: 'Items on a page', default: 100 },
    ),
  ),
  orderby: Type.Optional(
    Type.String({
      description: 'Fields to sort by, `-` in front for descending; newest first when absent',
      examples: ['name,-createdAt'],
    }),
  ),
  count: Type.Optional(
    Type.Union([Type.Boolean(), Words(['true', 'false', 'True', 'False', '1', '0', '']), Type.Enum([1, 0])], {
      description: '`true` to get nothing but the number of items; not together with `limit`',
      default: false,
    }),
  ),
}

const PROJECTION_FIELDS = Type.Optional(
  Type.String({ description: 'Names of the properties to return', examples: ['id,name,state'] }),
)

export const SearchBody = Type.Object(
  { ...MEMBERS, projectionFields: PROJECTION_FIELDS },
  {
    ...OPEN,
    title: 'SearchBody',
    description: 'What to search for; `{}` finds everything. May be missing beside a continuation token only',
    examples: [{ queryString: 'state==enabled&createdAt>1700000000000', limit: 20, orderby: 'name' }],
  },
)
export type SearchBody = Static<typeof SearchBody>

export const FlowSpecSearchBody = Type.Object(
  {
    ...MEMBERS,
    projectionFields: PROJECTION_FIELDS,
    groupByProperty: Type.Optional(
      Type.String({
        description: 'A property: items with the same value stand together, and `groups` counts them',
        examples: ['providerId'],
      }),
    ),
  },
  {
    ...OPEN,
    title: 'FlowSpecSearchBody',
    description: 'What to search for; `{}` finds everything. May be missing beside a continuation token only',
    examples: [{ queryString: 'name==CRMToAEP' }],
  },
)
export type FlowSpecSearchBody = Static<typeof FlowSpecSearchBody>

export const SearchQuery = Type.Object(
  {
    continuationToken: Type.Optional(
      Type.String({
        title: 'SearchToken',
        description: 'Where the page starts: the token of the link to it. It decides alone',
      }),
    ),
  },
  OPEN,
)
export type SearchQuery = Static<typeof SearchQuery>

export const CrossSandboxHeaders = Type.Object(
  {
    'x-active-sandbox-ids': Type.Optional(
      Type.String({
        description: 'Ids of the sandboxes to search, separated by commas; that of the request when absent',
        examples: ['a1b2c3d4-0000-4000-8000-000000000001,a1b2c3d4-0000-4000-8000-000000000002'],
      }),
    ),
  },
  OPEN,
)

const SpecGroup = Type.Object(
  {
    value: Type.Unknown({ description: 'Of the property; null where it is absent' }),
    count: Type.Integer({ minimum: 1 }),
  },
  { title: 'SpecGroup', description: 'How many specs have one value of a property' },
)

const FoundSpecs = Type.Object(
  {
    items: Type.Array(Type.Union([FlowSpec, Projection])),
    groups: Type.Optional(Type.Array(SpecGroup, { description: 'When they were to be grouped' })),
    _links: NextLinks,
  },
  { title: 'FoundFlowSpecs' },
)

/** A page; `{count}` alone when only the number was asked for. */
export const FlowSpecSearchAnswer = Type.Union([FoundSpecs, ItemCount], {
  examples: inList(FlowSpec).map((page) => ({ ...page, _links: {} })),
})
