import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const profileWorkDetails: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/context/profile-work-details',
  title: 'Work Contact Details',
  description: 'Where a person works, and how to reach the person there.',
  intendedToExtend: ['https://ns.adobe.com/xdm/context/profile'],
  fields: {
    'xdm:workAddress': { title: 'Work Address', $ref: 'https://ns.adobe.com/xdm/common/address' },
    'xdm:workEmail': { title: 'Work Email', $ref: 'https://ns.adobe.com/xdm/context/emailaddress' },
    'xdm:workPhone': { title: 'Work Phone', $ref: 'https://ns.adobe.com/xdm/context/phonenumber' },
    'xdm:organizations': { title: 'Organizations', type: 'array', items: { type: 'string' } },
  },
}
