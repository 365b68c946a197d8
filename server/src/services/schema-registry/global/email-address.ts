import { flag, type GlobalSource, suggested, text } from './global-source.ts'

export const emailAddress: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/emailaddress',
  title: 'Email address',
  description: 'An email address and what is known of it.',
  fields: {
    'xdm:primary': flag('Primary', 'The one address that is preferred over the others.'),
    'xdm:address': text('Address', 'The address itself, such as name@example.com.', { format: 'email' }),
    'xdm:label': text('Label', 'The name that mail programs show with the address.'),
    'xdm:type': text('Type', 'What the person uses the address for.', {
      ...suggested({ unknown: 'Unknown', personal: 'Personal', work: 'Work', education: 'Education' }),
    }),
    'xdm:status': text('Status', 'Whether the address can be used.', {
      default: 'active',
      ...suggested({
        active: 'Active',
        incomplete: 'Incomplete',
        pending_verification: 'Pending verification',
        blacklisted: 'Blacklisted',
        blocked: 'Blocked',
      }),
    }),
    'xdm:statusReason': text('Status reason', 'Why the status is what it is.'),
  },
}
