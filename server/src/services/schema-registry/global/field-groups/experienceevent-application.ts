import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const experienceeventApplication: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/context/experienceevent-application',
  title: 'Application Details',
  description: 'The application of an event, and what was done to it.',
  intendedToExtend: ['https://ns.adobe.com/xdm/context/experienceevent'],
  fields: {
    'xdm:application': { title: 'Application', $ref: 'https://ns.adobe.com/xdm/context/application' },
  },
}
