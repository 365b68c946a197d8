import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const currency: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/datatypes/currency',
  title: 'Currency',
  description: 'A currency.',
  fields: {
    'xdm:amount': { title: 'Amount', type: 'number' },
    'xdm:currencyCode': {
      title: 'Currency Code',
      type: 'string',
      pattern: '^[A-Z]{3}$',
      examples: ['USD', 'EUR'],
    },
    'xdm:conversionDate': { title: 'Conversion Date', type: 'string', format: 'date-time' },
  },
}
