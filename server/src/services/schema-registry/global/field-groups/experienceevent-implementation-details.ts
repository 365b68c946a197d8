import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const experienceeventImplementationDetails: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/context/experienceevent-implementation-details',
  title: 'Implementation Details',
  description: 'What program sent an event.',
  intendedToExtend: ['https://ns.adobe.com/xdm/context/experienceevent'],
  fields: {
    'xdm:implementationDetails': {
      title: 'Implementation details',
      $ref: 'https://ns.adobe.com/xdm/context/implementationdetails',
    },
  },
}
