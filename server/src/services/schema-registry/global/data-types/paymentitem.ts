import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const paymentitem: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/data/paymentitem',
  title: 'Payment Item',
  description: 'One payment of an order.',
  fields: {
    'xdm:transactionID': { title: 'Transaction ID', type: 'string' },
    'xdm:paymentAmount': { title: 'Payment Amount', type: 'number' },
    'xdm:paymentType': {
      title: 'Payment Type',
      type: 'string',
      default: 'other',
      'meta:enum': {
        cash: 'Cash',
        credit_card: 'Credit Card',
        debit_card: 'Debit Card',
        gift_card: 'Gift Card',
        check: 'Check',
        paypal: 'PayPal',
        wire_transfer: 'Wire Transfer',
        credit_card_reference: 'Credit Card Reference Transaction',
        other: 'Other',
      },
    },
    'xdm:currencyCode': {
      title: 'Currency Code',
      type: 'string',
      pattern: '^[A-Z]{3}$',
      examples: ['USD', 'EUR'],
    },
  },
}
