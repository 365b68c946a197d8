import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const experienceeventDirectmarketing: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/context/experienceevent-directmarketing',
  title: 'Direct Marketing Details',
  description: 'What became of a message of direct marketing.',
  intendedToExtend: ['https://ns.adobe.com/xdm/context/experienceevent'],
  fields: {
    'xdm:directMarketing': {
      title: 'Direct marketing',
      $ref: 'https://ns.adobe.com/xdm/context/direct-marketing',
    },
  },
}
