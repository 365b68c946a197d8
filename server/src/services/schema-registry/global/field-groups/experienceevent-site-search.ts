import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const experienceeventSiteSearch: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/mixins/experienceevent-site-search',
  title: 'Site Search',
  description: 'What was searched for on a site.',
  intendedToExtend: ['https://ns.adobe.com/xdm/context/experienceevent'],
  fields: {
    'xdm:siteSearch': { title: 'Site Search', $ref: 'https://ns.adobe.com/xdm/datatypes/sitesearch' },
    'xdm:searchRequest': { title: 'Search Request', $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:searchResponse': { title: 'Search Response', $ref: 'https://ns.adobe.com/xdm/data/measure' },
  },
}
