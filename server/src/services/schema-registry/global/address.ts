import { auditable } from './auditable.ts'
import { geo } from './geo.ts'
import { geoCoordinates } from './geo-coordinates.ts'
import { date, flag, type GlobalSource, suggested, text } from './global-source.ts'

export const address: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/common/address',
  title: 'Postal address',
  description: 'Where mail reaches someone.',
  includes: [geoCoordinates.id, geo.id, auditable.id],
  fields: {
    'xdm:primary': flag('Primary', 'The one address that is preferred over the others.'),
    'xdm:label': text('Label', 'A name for the address.'),
    'xdm:street1': text('Street 1', 'Street, number, apartment.'),
    'xdm:street2': text('Street 2', 'Second line.'),
    'xdm:street3': text('Street 3', 'Third line.'),
    'xdm:street4': text('Street 4', 'Fourth line.'),
    'xdm:region': text('Region', 'Region, county or district.'),
    'xdm:postOfficeBox': text('Post office box', 'Number of the post office box.', { maxLength: 20 }),
    'xdm:country': text('Country', 'Name of the country in any language.'),
    'xdm:state': text('State', 'Name of the state.'),
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
    'xdm:lastVerifiedDate': date('Last verified date', 'When the address was last known to be right.'),
  },
}
