import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const product: GlobalSource = {
  kind: 'classes',
  id: 'https://ns.adobe.com/xdm/classes/product',
  title: 'Product',
  description: 'A product that is sold.',
  includes: ['https://ns.adobe.com/xdm/data/record'],
  fields: {
    'xdm:productID': { title: 'Product ID', type: 'string' },
    'xdm:productName': { title: 'Product Name', type: 'string' },
    'xdm:productDescription': { title: 'Product Description', type: 'string' },
    'xdm:productRating': { title: 'Product Rating', type: 'number' },
    'xdm:productListPrice': {
      title: 'Product List price',
      $ref: 'https://ns.adobe.com/xdm/datatypes/currency',
    },
    'xdm:productManufacturedDate': {
      title: 'Product Manufactured date',
      type: 'string',
      format: 'date-time',
    },
    'xdm:productLastModifiedDate': {
      title: 'Product last modified Date',
      type: 'string',
      format: 'date-time',
    },
  },
}
