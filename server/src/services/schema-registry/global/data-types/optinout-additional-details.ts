import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const optinoutAdditionalDetails: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/common/optinout-additional-details',
  title: 'OptOut Additional Details',
  description: 'When, how and why a choice was made.',
  fields: {
    'xdm:optOutReason': { title: 'Opt Out Reason', type: 'string' },
    'xdm:optOutDate': { title: 'Opt Out Date', type: 'string', format: 'date-time' },
  },
}
