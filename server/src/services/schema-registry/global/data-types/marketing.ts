import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const marketing: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/marketing',
  title: 'Marketing',
  description: 'A campaign, and how it reached someone.',
  fields: {
    'xdm:trackingCode': { title: 'Tracking code', type: 'string' },
    'xdm:campaignName': { title: 'Campaign name', type: 'string' },
    'xdm:campaignGroup': { title: 'Campaign group', type: 'string' },
  },
}
