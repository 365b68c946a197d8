import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const productlistitem: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/content/productlistitem',
  title: 'Product list item',
  description: 'A product in a list, with its number and price.',
  required: ['xdm:SKU'],
  fields: {
    'xdm:SKU': { title: 'SKU', type: 'string' },
    '@id': { title: 'Line item ID.', type: 'string', format: 'uri-reference' },
    'xdm:product': { title: 'Product', type: 'string', format: 'uri' },
    'xdm:name': { title: 'Name', type: 'string' },
    'xdm:productImageUrl': { title: 'Product Image URL', type: 'string' },
    'xdm:productAddMethod': { title: 'Product add method', type: 'string' },
    'xdm:currencyCode': {
      title: 'Currency code',
      type: 'string',
      pattern: '^[A-Z]{3}$',
      examples: ['USD', 'EUR'],
    },
    'xdm:quantity': { title: 'Quantity', type: 'integer' },
    'xdm:priceTotal': { title: 'Price total', type: 'number' },
    'xdm:selectedOptions': {
      title: 'Selected Options',
      type: 'array',
      items: {
        title: 'Selected option',
        type: 'object',
        required: ['xdm:attribute', 'xdm:value'],
        properties: {
          'xdm:attribute': { title: 'Configurable attribute name', type: 'string' },
          'xdm:value': { title: 'Selected option value', type: 'string' },
        },
      },
    },
    'xdm:discountAmount': { title: 'Discount Amount', type: 'number' },
    'xdm:refundAmount': { title: 'Refund Amount', type: 'number' },
    'xdm:productCategories': {
      title: 'Product categories',
      type: 'array',
      items: { $ref: 'https://ns.adobe.com/xdm/datatypes/categorydata' },
    },
    'xdm:returnItem': { title: 'Return Item', $ref: 'https://ns.adobe.com/xdm/datatypes/returnitem' },
    'xdm:unitOfMeasureCode': { title: 'Product Unit Of Measure Code', type: 'string' },
  },
}
