import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const categorydata: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/datatypes/categorydata',
  title: 'Category data',
  description: 'A category of products.',
  fields: {
    'xdm:categoryID': { title: 'Category identifier.', type: 'string' },
    'xdm:categoryName': { title: 'Category name', type: 'string' },
    'xdm:categoryPath': { title: 'Category path', type: 'string' },
  },
}
