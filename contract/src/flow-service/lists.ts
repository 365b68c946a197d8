import { type Static, Type } from 'typebox'
import { OPEN, Text, Texts } from './parts.ts'

/** Lists: their queries, pages, and the list of one. */

const PROPERTY =
  'Condition on a property: `name==v`, `state!=v`, `createdAt>0`, `id==a,b`; without an operator, the names to return. Several are joined by and.'

export const SpecListQuery = Type.Object({ property: Texts(PROPERTY) }, OPEN)

export const EntityListQuery = Type.Object(
  {
    property: Texts(PROPERTY),
    limit: Text('Items on a page, 1 to 1000; 100 when absent'),
    orderby: Text('Sort keys: `name,-createdAt`; newest first when absent'),
    continuationToken: Text('Where the page starts: the token of the link to it. It decides alone'),
    count: Text('`true` to get nothing but the number of items'),
  },
  OPEN,
)

/** One resource, in a list of its own. */
export const One = <Item extends ReturnType<typeof Type.Object>>(item: Item) =>
  Type.Object({ items: Type.Array(item) })

/** A page; `{count}` alone when only the number was asked for. */
export const Page = <Item extends ReturnType<typeof Type.Object>>(item: Item) =>
  Type.Union([
    Type.Object({
      items: Type.Array(item),
      _links: Type.Object({ next: Type.Optional(Type.Object({ href: Type.String() })) }),
    }),
    Type.Object({ count: Type.Integer() }),
  ])

export type EntityListQuery = Static<typeof EntityListQuery>
