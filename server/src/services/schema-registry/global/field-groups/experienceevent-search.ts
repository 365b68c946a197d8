import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const experienceeventSearch: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/context/experienceevent-search',
  title: 'Search Details',
  description: 'What was searched for, and where.',
  intendedToExtend: ['https://ns.adobe.com/xdm/context/experienceevent'],
  fields: { 'xdm:search': { title: 'Search', $ref: 'https://ns.adobe.com/xdm/context/search' } },
}
