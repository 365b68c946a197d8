import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const profileUserAccountDetails: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/mixins/profile/profile-user-account-details',
  title: 'User Account Details',
  description: 'The account of a person with a service.',
  intendedToExtend: ['https://ns.adobe.com/xdm/context/profile'],
  fields: {
    'xdm:userAccount': {
      type: 'object',
      properties: {
        'xdm:ID': { title: 'ID', type: 'string' },
        'xdm:contactDetails': {
          title: 'Contact Details',
          $ref: 'https://ns.adobe.com/xdm/context/profile-personal-details',
        },
        'xdm:startDate': { title: 'Start Date', type: 'string', format: 'date-time' },
        'xdm:status': {
          title: 'Status',
          type: 'string',
          enum: ['active', 'inactive', 'disabled', 'other'],
          'meta:enum': { active: 'Active', inactive: 'Inactive', disabled: 'Disabled', other: 'Other' },
        },
        'xdm:accountType': { title: 'Account Type', type: 'string' },
        'xdm:productPreferences': { title: 'Product Preferences', type: 'array', items: { type: 'string' } },
        'xdm:alertStatus': { title: 'Alert Status', type: 'boolean' },
        'xdm:autopayStatus': { title: 'Autopay Status', type: 'boolean' },
      },
    },
  },
}
