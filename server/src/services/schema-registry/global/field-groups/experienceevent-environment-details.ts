import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const experienceeventEnvironmentDetails: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/context/experienceevent-environment-details',
  title: 'Environment Details',
  description: 'Device, browser, network and place of an event.',
  intendedToExtend: ['https://ns.adobe.com/xdm/context/experienceevent'],
  fields: {
    'xdm:environment': { title: 'Environment', $ref: 'https://ns.adobe.com/xdm/context/environment' },
    'xdm:device': { title: 'Device', $ref: 'https://ns.adobe.com/xdm/context/device' },
    'xdm:placeContext': { title: 'Place context', $ref: 'https://ns.adobe.com/xdm/context/placecontext' },
  },
}
