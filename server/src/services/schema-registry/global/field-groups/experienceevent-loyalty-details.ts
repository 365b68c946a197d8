import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const experienceeventLoyaltyDetails: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/context/experienceevent-loyalty-details',
  title: 'Loyalty Event Details',
  description: 'What an event means to a loyalty programme.',
  intendedToExtend: ['https://ns.adobe.com/xdm/context/experienceevent'],
  fields: {
    'xdm:loyalty': {
      type: 'object',
      properties: {
        'xdm:discounts': {
          title: 'Discounts',
          type: 'array',
          items: {
            type: 'object',
            properties: {
              'xdm:value': { title: 'Discount Value', type: 'number' },
              'xdm:source': { title: 'Discount Source', type: 'string' },
              'xdm:triggeredForItem': { title: 'Triggered For Item', type: 'string' },
              'xdm:scope': { title: 'Scope', type: 'string' },
              'xdm:promotionId': { title: 'Promotion ID', type: 'string' },
            },
          },
        },
        'xdm:couponRedemption': {
          title: 'Coupon Redemptions',
          type: 'array',
          items: {
            type: 'object',
            properties: {
              'xdm:id': { title: 'Coupon ID', type: 'string' },
              'xdm:series': { title: 'Coupon Series', type: 'string' },
              'xdm:seriesName': { title: 'Coupon Series Name', type: 'string' },
              'xdm:promotionId': { title: 'Promotion ID', type: 'string' },
            },
          },
        },
        'xdm:pointsRedemption': {
          title: 'Points Redemption',
          type: 'array',
          items: {
            type: 'object',
            properties: {
              'xdm:value': { title: 'Points Value', type: 'number' },
              'xdm:promotionId': { title: 'Promotion ID', type: 'string' },
              'xdm:loyaltyProgramId': { title: 'Loyalty Program ID', type: 'string' },
              'xdm:transactionId': { title: 'Transaction ID', type: 'string' },
            },
          },
        },
        'xdm:referralRedemption': {
          title: 'Referral Redemptions',
          type: 'array',
          items: {
            type: 'object',
            properties: {
              'xdm:code': { title: 'Referral Code', type: 'string' },
              'xdm:promotionId': { title: 'Promotion ID', type: 'string' },
            },
          },
        },
        'xdm:pointsGained': {
          title: 'Points Gained',
          type: 'array',
          items: {
            type: 'object',
            properties: {
              'xdm:value': { title: 'Points Value', type: 'number' },
              'xdm:promotionId': { title: 'Promotion ID', type: 'string' },
              'xdm:loyaltyProgramId': { title: 'Loyalty Program ID', type: 'string' },
              'xdm:transactionId': { title: 'Transaction ID', type: 'string' },
            },
          },
        },
      },
    },
  },
}
