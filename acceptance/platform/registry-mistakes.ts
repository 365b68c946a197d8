import type { Answer } from '@headwater/testkit/api-client.ts'

interface Mistake {
  readonly at: readonly string[]
  readonly instead: Answer
  readonly because: string
}

const schema = (...way: readonly string[]) => ['components', 'schemas', ...way]

/** Where the reference of the Schema Registry contradicts itself, its guides or its clients. */
const MISTAKES: readonly Mistake[] = [
  {
    at: schema('listResponseBasic', 'properties', '_page', 'properties', 'next'),
    instead: { type: ['string', 'number', 'null'] },
    because: 'its own words and examples have null on the last page, and times are numbers in every resource',
  },
  {
    at: schema('linksBasic', 'properties', 'next'),
    instead: { type: ['object', 'null'], properties: { href: { type: 'string' } } },
    because:
      'its own words and examples have null on the last page; the link beside it is an object with href',
  },
  {
    at: schema('createDescriptor', 'properties', 'xdm:sourceVersion'),
    instead: { type: ['integer', 'string'] },
    because: 'all its examples, the guide and the definition of a lookup have a number',
  },
  {
    at: schema('statsResponse', 'properties', 'classUsage'),
    instead: { type: 'object' },
    because: 'the guide shows schemas by the id of their class',
  },
  {
    at: ['paths', '/tenant/descriptors/{ID}', 'put', 'responses', '201'],
    instead: {
      content: { 'application/json': { schema: { $ref: '#/components/schemas/createDescriptorResponse' } } },
    },
    because: 'the guide answers 201',
  },
  {
    at: ['paths', '/tenant/descriptors', 'get', 'responses', '200', 'content', 'application/json', 'schema'],
    instead: { type: 'object' },
    because: 'ids, links and pages are forms of the list as well, which its table of Accept headers says',
  },
]

/** The reference of the Schema Registry without what is wrong in it. */
export function correctedRegistry(document: Answer): Answer {
  const copy = structuredClone(document)
  for (const { at, instead } of MISTAKES) {
    const parent = at.slice(0, -1).reduce((value, name) => value?.[name], copy)
    if (parent === undefined) throw new Error(`the reference has no ${at.join(' / ')}`)
    parent[at.at(-1) ?? ''] = instead
  }
  return copy
}
