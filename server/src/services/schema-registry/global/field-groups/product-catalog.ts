import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const productCatalog: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/mixins/product-catalog',
  title: 'Product Catalog',
  description: 'The catalogues that a product is in.',
  intendedToExtend: ['https://ns.adobe.com/xdm/classes/product'],
  fields: {
    'xdm:productCatalogName': { title: 'Product Catalog Name', type: 'string' },
    'xdm:productCatalogDescription': { title: 'Product Catalog Description', type: 'string' },
  },
}
