import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const returnitem: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/datatypes/returnitem',
  title: 'Return Item',
  description: 'One of the goods that are sent back.',
  fields: {
    'xdm:returnStatus': { title: 'Return Status', type: 'string' },
    'xdm:returnReason': { title: 'Return Reason', type: 'string' },
    'xdm:returnItemCondition': { title: 'Return Item Condition', type: 'string' },
    'xdm:returnResolution': { title: 'Return Resolution', type: 'string' },
    'xdm:returnQuantityRequested': { title: 'Return Quantity Requested', type: 'integer' },
    'xdm:returnQuantityAuthorized': { title: 'Return Quantity Authorized', type: 'integer' },
    'xdm:returnQuanitityAuthorized': {
      title: 'Return Quantity Authorized',
      type: 'integer',
      'meta:status': 'deprecated',
    },
    'xdm:returnQuantityReceived': { title: 'Return Quantity Received', type: 'integer' },
    'xdm:returnQuantityApproved': { title: 'Return Quantity Approved', type: 'integer' },
  },
}
