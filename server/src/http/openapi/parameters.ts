import { isObject } from '#kit/json.ts'
import type { Components, Node } from './components.ts'

/** Where a parameter stands. */
export type Place = 'path' | 'query' | 'header'

/** Headers that are told by the security schemes, or by the media type of the body. */
const UNLISTED = new Set(['authorization', 'x-api-key', 'x-gw-ims-org-id', 'content-type', 'accept'])

/**
 * The parameters of one place, one for each property of their schema. One whose schema has a name as its title is a
 * component.
 */
export function describeParameters(place: Place, schema: unknown, components: Components): readonly Node[] {
  if (!isObject(schema) || !isObject(schema['properties'])) return []
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : [])
  return Object.entries(schema['properties'])
    .filter(([name]) => place !== 'header' || !UNLISTED.has(name))
    .map(([name, property]) => {
      const { title, description, examples, ...rest } = property as Node
      const parameter = {
        name,
        in: place,
        required: place === 'path' || required.has(name),
        ...(description === undefined ? {} : { description }),
        schema: components.refer(rest),
        ...exampleOf(examples),
      }
      return typeof title === 'string' ? components.share('parameters', title, parameter) : parameter
    })
}

function exampleOf(examples: unknown): Node {
  if (!Array.isArray(examples) || examples.length === 0) return {}
  if (examples.length === 1) return { example: examples[0] as unknown }
  return { examples: Object.fromEntries(examples.map((value, index) => [`example${index + 1}`, { value }])) }
}
