import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const storeWebOrder: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/datatypes/store-web-order',
  title: 'Store and Web Order',
  description: 'An order in a shop or on the web.',
  fields: {
    'xdm:orderID': { title: 'Order ID', type: 'string' },
    'xdm:orderDate': { title: 'Order Date', type: 'string', format: 'date-time' },
    'xdm:priceTotal': { title: 'Price Total', type: 'number' },
    'xdm:payment': {
      title: 'Payment Details',
      type: 'object',
      properties: {
        'xdm:transactionID': { title: 'Transaction ID', type: 'string' },
        'xdm:paymentType': {
          title: 'Payment Type',
          type: 'string',
          enum: ['credit', 'debit', 'gift', 'cash'],
          'meta:enum': { credit: 'Credit', debit: 'Debit', gift: 'Gift', cash: 'Cash' },
        },
        'xdm:paymentAmount': { title: 'Payment Amount', type: 'number' },
        'xdm:currencyCode': {
          title: 'Currency',
          type: 'string',
          pattern: '^[A-Z]{3}$',
          examples: ['USD', 'EUR'],
        },
      },
    },
  },
}
