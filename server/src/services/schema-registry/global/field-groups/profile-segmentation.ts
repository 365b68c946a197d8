import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const profileSegmentation: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/context/profile-segmentation',
  title: 'Segment Membership Details',
  description: 'The segments that a person is in.',
  intendedToExtend: [
    'https://ns.adobe.com/xdm/context/profile',
    'https://ns.adobe.com/xdm/context/account',
    'https://ns.adobe.com/xdm/context/prospect-profile',
  ],
  fields: {
    'xdm:segments': {
      title: 'Segment membership',
      type: 'array',
      'meta:status': 'deprecated',
      items: { $ref: 'https://ns.adobe.com/xdm/context/segmentmembership' },
    },
    'xdm:segmentMembership': {
      title: 'Segment membership map',
      type: 'object',
      'meta:xdmType': 'map',
      additionalProperties: {
        title: 'Segment membership per namespace',
        type: 'object',
        'meta:xdmType': 'map',
        additionalProperties: { $ref: 'https://ns.adobe.com/xdm/context/segmentmembership' },
      },
    },
  },
}
