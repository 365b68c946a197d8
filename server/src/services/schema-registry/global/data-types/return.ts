import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const returnDetails: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/datatypes/return',
  title: 'Return',
  description: 'Goods that are sent back.',
  fields: {
    'xdm:returnID': { title: 'Return ID', type: 'string' },
    'xdm:returnStatus': { title: 'Return Status', type: 'string' },
    'xdm:purchaseID': { title: 'Order Purchase ID', type: 'string' },
  },
}
