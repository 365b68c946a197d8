import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const experienceeventOrderDetails: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/context/experienceevent-order-details',
  title: 'Order Details',
  description: 'Orders in shops and on the web.',
  intendedToExtend: ['https://ns.adobe.com/xdm/context/experienceevent'],
  fields: {
    'xdm:productListItems': {
      title: 'Product list items',
      type: 'array',
      items: { $ref: 'https://ns.adobe.com/xdm/content/productlistitem' },
    },
    'xdm:order': { title: 'Order', $ref: 'https://ns.adobe.com/xdm/datatypes/store-web-order' },
    'xdm:store': {
      title: 'Store Details',
      type: 'object',
      properties: { 'xdm:storeID': { title: 'Store ID', type: 'string' } },
    },
    'xdm:billing': {
      title: 'Billing Details',
      type: 'object',
      properties: {
        'xdm:address': { title: 'Billing Address', $ref: 'https://ns.adobe.com/xdm/common/address' },
      },
    },
    'xdm:shipping': { title: 'Shipping', $ref: 'https://ns.adobe.com/xdm/datatypes/shipping' },
  },
}
