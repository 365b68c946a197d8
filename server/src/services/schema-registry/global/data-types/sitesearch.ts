import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const sitesearch: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/datatypes/sitesearch',
  title: 'Site Search',
  description: 'A search on a site, with its filters and results.',
  fields: {
    'xdm:filter': {
      title: 'Filter',
      type: 'array',
      items: {
        properties: {
          'xdm:attribute': { title: 'Attribute', type: 'string' },
          'xdm:value': { title: 'Value', type: 'array', items: { type: 'string' } },
          'xdm:isRange': { title: 'Is Range', type: 'boolean' },
        },
        type: 'object',
      },
    },
    'xdm:sort': {
      title: 'Sort',
      type: 'array',
      items: {
        properties: {
          'xdm:attribute': { title: 'Attribute', type: 'string' },
          'xdm:order': {
            title: 'Order',
            type: 'string',
            enum: ['ASC', 'DESC', 'RELEVANCE'],
            'meta:enum': {
              ASC: 'Ascending order',
              DESC: 'Descending order',
              RELEVANCE: 'Sort items by relevance',
            },
          },
        },
        type: 'object',
      },
    },
    'xdm:query': { title: 'Query', type: 'string' },
    'xdm:suggestions': { title: 'Suggestions', type: 'array', items: { type: 'string' } },
    'xdm:numberOfResults': { title: 'Number of Results', type: 'integer' },
  },
}
