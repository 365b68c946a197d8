import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const commerce: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/commerce',
  title: 'Commerce',
  description: 'Steps of buying, each with how often it was taken.',
  fields: {
    'xdm:order': { title: 'Order', $ref: 'https://ns.adobe.com/xdm/data/order' },
    'xdm:promotionID': { title: 'Promotion ID', type: 'string' },
    'xdm:cartAbandons': { title: 'Cart Abandons', $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:checkouts': { title: 'Checkouts', $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:productListAdds': {
      title: 'Product List (Cart) Adds',
      $ref: 'https://ns.adobe.com/xdm/data/measure',
    },
    'xdm:productListOpens': {
      title: 'Product List (Cart) Opens',
      $ref: 'https://ns.adobe.com/xdm/data/measure',
    },
    'xdm:productListRemovals': {
      title: 'Product List (Cart) Removals',
      $ref: 'https://ns.adobe.com/xdm/data/measure',
    },
    'xdm:productListReopens': {
      title: 'Product List (Cart) Reopens',
      $ref: 'https://ns.adobe.com/xdm/data/measure',
    },
    'xdm:productListViews': {
      title: 'Product List (Cart) Views',
      $ref: 'https://ns.adobe.com/xdm/data/measure',
    },
    'xdm:productViews': { title: 'Product Views', $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:purchases': { title: 'Purchases', $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:saveForLaters': { title: 'Save For Laters', $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:inStorePurchase': { title: 'In Store Purchase', $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:cart': { $ref: 'https://ns.adobe.com/xdm/datatypes/cart' },
    'xdm:shipping': { $ref: 'https://ns.adobe.com/xdm/datatypes/shipping' },
    'xdm:billing': { $ref: 'https://ns.adobe.com/xdm/datatypes/billing' },
    'xdm:instantPurchase': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:requisitionListOpens': {
      title: 'Requisition List Opens',
      $ref: 'https://ns.adobe.com/xdm/data/measure',
    },
    'xdm:requisitionListDeletes': {
      title: 'Requisition List Deletes',
      $ref: 'https://ns.adobe.com/xdm/data/measure',
    },
    'xdm:requisitionListAdds': {
      title: 'Requisition List Adds',
      $ref: 'https://ns.adobe.com/xdm/data/measure',
    },
    'xdm:requisitionListRemovals': {
      title: 'Requisition List Removals',
      $ref: 'https://ns.adobe.com/xdm/data/measure',
    },
    'xdm:requisitionList': {
      title: 'Requisition List',
      $ref: 'https://ns.adobe.com/xdm/datatypes/requisitionlist',
    },
    'xdm:commerceScope': { title: 'Scope', $ref: 'https://ns.adobe.com/xdm/datatypes/commercescope' },
  },
}
