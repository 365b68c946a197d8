import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const directMarketing: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/direct-marketing',
  title: 'Direct marketing',
  description: 'A message of direct marketing, and what became of it.',
  fields: {
    'xdm:bounces': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:clicks': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:mirrorPages': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:nonDeliverables': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:sends': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:userComplaints': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:opens': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:unsubscriptions': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:notSent': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:offerOpens': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:impressions': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:excludes': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:customActions': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:marketingSubscription': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
    'xdm:unsubscribeReason': { title: 'Marketing Service Unsubscribe', type: 'string' },
    'xdm:hashedEmail': { title: 'Visitor Hashed Email Address', type: 'string' },
    'xdm:emailVisitorID': { title: 'Email Recipient ID', type: 'string' },
    'xdm:messageID': { title: 'Email Message ID', type: 'string' },
    'xdm:emailDelivered': { $ref: 'https://ns.adobe.com/xdm/data/measure' },
  },
}
