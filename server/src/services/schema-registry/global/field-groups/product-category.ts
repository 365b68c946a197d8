import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const productCategory: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/mixins/product-category',
  title: 'Product Category',
  description: 'The categories that a product is in.',
  intendedToExtend: ['https://ns.adobe.com/xdm/classes/product'],
  fields: {
    'xdm:productCategoryName': { title: 'Product Category Name', type: 'string' },
    'xdm:productCategoryDescription': { title: 'Product Category Description', type: 'string' },
    'xdm:productSubcategoryName': { title: 'Product Subcategory Name', type: 'string' },
    'xdm:productSubcategoryDescription': { title: 'Product Sub category Description', type: 'string' },
  },
}
