import { type Static, Type } from 'typebox'
import { AnyObject, Filled, OPEN, Uuid } from '../schema-parts.ts'
import { SOME } from './ids.ts'

/** What the schemas of all resources of the Flow Service are made of. */

/** The path of one resource. */
export const pathOf = (resource: string, example: string) =>
  Type.Object({ id: Uuid(`Id of the ${resource}`, example) })

/** A spec as a request names it. */
export const SpecReference = Type.Object(
  {
    id: Uuid('Id of the spec', SOME.postgres.id),
    version: Type.Optional(
      Type.Union([Type.String(), Type.Number()], { description: 'The newest when absent', default: '1.0' }),
    ),
  },
  { ...OPEN, title: 'SpecReference', description: 'A spec, by its id' },
)
export type SpecReference = Static<typeof SpecReference>

/** A spec as answers name it. */
export const SpecInfo = Type.Object(
  { id: Uuid('Id of the spec', SOME.postgres.id), version: Type.String({ examples: ['1.0'] }) },
  { title: 'SpecInfo', description: 'A spec in the version that is used' },
)
export type SpecInfo = Static<typeof SpecInfo>

/** What clients may say about anything that they make. */
export const NAMED_BODY = {
  name: Filled('For people; need not be unique', { pattern: '\\S' }),
  description: Type.Optional(Type.String({ description: 'Free text' })),
  attributes: Type.Optional(AnyObject('Anything of your own')),
  labels: Type.Optional(Type.Array(Type.String(), { description: 'Labels of your own' })),
}
