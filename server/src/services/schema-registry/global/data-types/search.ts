import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const search: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/search',
  title: 'Search',
  description: 'A search on the web, and where it led to.',
  fields: {
    'xdm:searchEngine': { title: 'Search engine', type: 'string' },
    'xdm:searchEngineID': { title: 'Search engine ID', type: 'string', format: 'uri' },
    'xdm:keywords': { title: 'Keywords', type: 'string' },
    'xdm:isPaid': { title: 'Is paid', type: 'boolean' },
    'xdm:pageDepth': { title: 'Page depth', type: 'integer' },
    'xdm:slot': {
      title: 'Page slot',
      type: 'string',
      'meta:enum': { top: 'Top of the page', side: 'Side of the page' },
    },
    'xdm:position': { title: 'Listing position', type: 'integer' },
  },
}
