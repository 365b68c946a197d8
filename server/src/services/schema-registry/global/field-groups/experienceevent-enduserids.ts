import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const experienceeventEnduserids: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/context/experienceevent-enduserids',
  title: 'End User ID Details',
  description: 'Identities of the person of an event, by where they come from.',
  intendedToExtend: ['https://ns.adobe.com/xdm/context/experienceevent'],
  fields: { 'xdm:endUserIDs': { title: 'EndUserIDs', $ref: 'https://ns.adobe.com/xdm/context/enduserids' } },
}
