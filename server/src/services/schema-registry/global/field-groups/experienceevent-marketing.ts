import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const experienceeventMarketing: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/context/experienceevent-marketing',
  title: 'Campaign Marketing Details',
  description: 'The campaign that an event belongs to.',
  intendedToExtend: ['https://ns.adobe.com/xdm/context/experienceevent'],
  fields: { 'xdm:marketing': { title: 'Marketing', $ref: 'https://ns.adobe.com/xdm/context/marketing' } },
}
