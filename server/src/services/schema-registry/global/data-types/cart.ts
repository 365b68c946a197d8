import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const cart: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/datatypes/cart',
  title: 'Cart',
  description: 'A cart.',
  fields: {
    'xdm:cartID': { title: 'Cart ID', type: 'string' },
    'xdm:cartSource': { title: 'Cart Source', type: 'string' },
  },
}
