import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const refunditem: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/data/refunditem',
  title: 'Refund Item',
  description: 'Money that is paid back.',
  fields: {
    'xdm:transactionID': { title: 'Transaction ID', type: 'string' },
    'xdm:refundAmount': { title: 'Refund Amount', type: 'number' },
    'xdm:refundReason': {
      title: 'Refund Reason',
      type: 'string',
      default: 'other',
      enum: ['return', 'price_adjustment'],
      'meta:enum': { return: 'Return', price_adjustment: 'Price Adjustment' },
    },
    'xdm:refundPaymentType': {
      title: 'Refund Payment Type',
      type: 'string',
      default: 'other',
      enum: [
        'cash',
        'credit_card',
        'debit_card',
        'gift_card',
        'check',
        'paypal',
        'wire_transfer',
        'credit_card_reference',
        'other',
      ],
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
