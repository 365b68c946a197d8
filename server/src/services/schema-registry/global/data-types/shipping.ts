import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const shipping: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/datatypes/shipping',
  title: 'Shipping',
  description: 'How and where goods are sent.',
  fields: {
    'xdm:shippingMethod': { title: 'Shipping Method', type: 'string' },
    'xdm:shippingAmount': { title: 'Shipping Amount', type: 'number' },
    'xdm:currencyCode': {
      title: 'Currency code',
      type: 'string',
      pattern: '^[A-Z]{3}$',
      examples: ['USD', 'EUR'],
    },
    'xdm:shippingDestination': {
      title: 'Shipping Destination',
      type: 'string',
      enum: ['home', 'store'],
      'meta:enum': { home: 'Home', store: 'Store' },
    },
    'xdm:shipDate': { title: 'Ship Date', type: 'string', format: 'date-time' },
    'xdm:address': { title: 'Shipping Address', $ref: 'https://ns.adobe.com/xdm/common/address' },
    'xdm:trackingNumber': { title: 'Tracking Number', type: 'number' },
    'xdm:trackingURL': { title: 'Tracking URL', type: 'string' },
  },
}
