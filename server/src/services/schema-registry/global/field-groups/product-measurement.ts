import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const productMeasurement: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/mixins/product-measurement',
  title: 'Product Measurement',
  description: 'The unit that a product is measured in.',
  intendedToExtend: ['https://ns.adobe.com/xdm/classes/product'],
  fields: {
    'xdm:productSize': { title: 'Product Size', type: 'string' },
    'xdm:unitOfMeasureName': { title: 'Product Unit Of Measure Name', type: 'string' },
    'xdm:unitOfMeasureCode': { title: 'Product Unit Of Measure Code', type: 'string' },
  },
}
