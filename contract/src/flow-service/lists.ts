import { type Static, type TSchema, Type } from 'typebox'
import { Count, OPEN, Uuid } from '../schema-parts.ts'

/** Lists: their queries, their pages, and the list of one. */

const Property = Type.Optional(
  Type.Array(Type.String(), {
    title: 'Property',
    description:
      'A condition on a property: `name==v`, `state!=v`, `createdAt>0`, `id==a,b`; several are joined by and. Without an operator, the names of the properties to return',
    examples: [['state==enabled']],
  }),
)

export const SpecListQuery = Type.Object({ property: Property }, OPEN)
export type SpecListQuery = Static<typeof SpecListQuery>

const ContinuationToken = Type.Optional(
  Type.String({
    title: 'ContinuationToken',
    description:
      'Where the page starts: the token of the link to it. It decides alone, whatever else is sent along',
  }),
)

export const EntityListQuery = Type.Object(
  {
    property: Property,
    limit: Count('Items on a page; more than 1000 count as 1000', {
      title: 'Limit',
      minimum: 1,
      maximum: 1000,
      default: 100,
    }),
    orderby: Type.Optional(
      Type.String({
        title: 'OrderBy',
        description: 'Fields to sort by, `-` in front for descending; newest first when absent',
        examples: ['name,-createdAt'],
      }),
    ),
    continuationToken: ContinuationToken,
    count: Type.Optional(
      Type.Boolean({
        title: 'CountOnly',
        default: false,
        description:
          '`true` to get nothing but the number of items, in any case of letters; not together with `limit`',
      }),
    ),
  },
  OPEN,
)
export type EntityListQuery = Static<typeof EntityListQuery>

export const NextLinks = Type.Object(
  {
    next: Type.Optional(
      Type.Object({ href: Type.String({ examples: ['/flows?continuationToken=eyJyIjoi'] }) }),
    ),
  },
  { title: 'PageLinks', description: 'The next page, below the path of the service; empty on the last page' },
)

/** An item of a list that was asked for some properties alone. */
export const Projection = Type.Object(
  { id: Uuid('Id of the resource') },
  { ...OPEN, title: 'Projection', description: 'The properties that were asked for, and the id' },
)

export const ItemCount = Type.Object(
  { count: Type.Integer({ minimum: 0 }) },
  { title: 'ItemCount', description: 'The answer to `count=true`', examples: [{ count: 42 }] },
)

/** One resource, in a list of its own. */
export const One = <Item extends TSchema>(item: Item) =>
  Type.Object({ items: Type.Array(item, { minItems: 1, maxItems: 1 }) }, { examples: inList(item) })

/** A page; `{count}` alone when only the number was asked for. */
export const Page = <Item extends TSchema>(item: Item) =>
  Type.Union(
    [Type.Object({ items: Type.Array(Type.Union([item, Projection])), _links: NextLinks }), ItemCount],
    { examples: inList(item).map((page) => ({ ...page, _links: {} })) },
  )

/** Everything on one page. */
export const WholeList = <Item extends TSchema>(item: Item) =>
  Type.Object(
    { items: Type.Array(Type.Union([item, Projection])), _links: NextLinks },
    { examples: inList(item).map((page) => ({ ...page, _links: {} })) },
  )

/** The first example of a schema, as a list shows it. */
export function inList(item: TSchema): { items: unknown[] }[] {
  const { examples } = item as { examples?: readonly unknown[] }
  return examples === undefined ? [] : [{ items: [examples[0]] }]
}
