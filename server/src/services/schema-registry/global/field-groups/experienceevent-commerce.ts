import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const experienceeventCommerce: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/context/experienceevent-commerce',
  title: 'Commerce Details',
  description: 'What was looked at, put into a cart, bought or given back.',
  intendedToExtend: ['https://ns.adobe.com/xdm/context/experienceevent'],
  fields: {
    'xdm:productListItems': {
      title: 'Product list items',
      type: 'array',
      items: { $ref: 'https://ns.adobe.com/xdm/content/productlistitem' },
    },
    'xdm:commerce': { title: 'Commerce', $ref: 'https://ns.adobe.com/xdm/context/commerce' },
  },
}
