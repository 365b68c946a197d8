import { flag, type GlobalSource, suggested, text } from './global-source.ts'

export const phoneNumber: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/phonenumber',
  title: 'Phone number',
  description: 'A phone number and what is known of it.',
  fields: {
    'xdm:primary': flag('Primary', 'Preferred over the others of its channel.'),
    'xdm:countryCode': text('Country Calling Code', 'Calling code of the country (E.164).', {
      minLength: 1,
      maxLength: 3,
      pattern: '^[0-9]{1,3}?$',
    }),
    'xdm:number': text('Number', 'The number as it is written, signs included.'),
    'xdm:extension': text('Extension', 'What to dial behind a switchboard.'),
    'xdm:status': text('Status', 'Whether the number can be used.', {
      default: 'active',
      ...suggested({
        active: 'Active',
        incomplete: 'Incomplete',
        blacklisted: 'Blacklisted',
        blocked: 'Blocked',
      }),
    }),
    'xdm:statusReason': text('Status reason', 'Why the status is what it is.'),
    'xdm:validity': text('Validity', 'Whether the number is technically right.', {
      ...suggested({
        consistent: 'Consistent',
        inconsistent: 'Inconsistent',
        incomplete: 'Incomplete',
        successfullyUsed: 'Successfully used',
      }),
    }),
  },
}
