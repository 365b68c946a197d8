import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const order: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/data/order',
  title: 'Order',
  description: 'An order with its payments.',
  fields: {
    'xdm:purchaseID': { title: 'Purchase ID', type: 'string' },
    'xdm:purchaseOrderNumber': { title: 'Purchase Order Number', type: 'string' },
    'xdm:payments': {
      title: 'Payment List',
      type: 'array',
      items: { $ref: 'https://ns.adobe.com/xdm/data/paymentitem' },
    },
    'xdm:refunds': {
      title: 'Refunds List',
      type: 'array',
      items: { $ref: 'https://ns.adobe.com/xdm/data/refunditem' },
    },
    'xdm:returns': { title: 'Return Info', $ref: 'https://ns.adobe.com/xdm/datatypes/return' },
    'xdm:currencyCode': {
      title: 'Currency',
      type: 'string',
      pattern: '^[A-Z]{3}$',
      examples: ['USD', 'EUR'],
    },
    'xdm:taxAmount': { title: 'Tax Amount', type: 'number' },
    'xdm:discountAmount': { title: 'Discount Amount', type: 'number' },
    'xdm:priceTotal': { title: 'Price Total', type: 'number' },
    'xdm:orderType': {
      title: 'Order Type',
      type: 'string',
      enum: ['checkout', 'instant_purchase'],
      'meta:enum': { checkout: 'checkout', instant_purchase: 'Instant Purchase' },
    },
    'xdm:lastUpdatedDate': { title: 'Last Updated Date', type: 'string', format: 'date-time' },
    'xdm:createdDate': { title: 'Created Date', type: 'string', format: 'date-time' },
    'xdm:cancelDate': { title: 'Cancel Date', type: 'string', format: 'date-time' },
    'xdm:refundTotal': { title: 'Total Amount Refunded', type: 'number' },
  },
}
