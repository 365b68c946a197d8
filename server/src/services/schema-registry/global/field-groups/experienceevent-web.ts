import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const experienceeventWeb: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/context/experienceevent-web',
  title: 'Web Details',
  description: 'The page and the link of an event on the web.',
  intendedToExtend: ['https://ns.adobe.com/xdm/context/experienceevent'],
  fields: { 'xdm:web': { title: 'Web', $ref: 'https://ns.adobe.com/xdm/context/webinfo' } },
}
