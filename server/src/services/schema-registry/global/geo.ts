import { geoCoordinates } from './geo-coordinates.ts'
import { type GlobalSource, integer, text } from './global-source.ts'

export const geo: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/common/geo',
  title: 'Geo',
  description: 'Where on the map something was seen.',
  includes: [geoCoordinates.id],
  fields: {
    'xdm:countryCode': text('Country code', 'ISO 3166-1 alpha-2 code of the country.', {
      pattern: '^[A-Z]{2}$',
    }),
    'xdm:stateProvince': text('State or province', 'ISO 3166-2 code of the subdivision.', {
      examples: ['US-CA', 'DE-BB', 'JP-13'],
      pattern: '([A-Z]{2}-[A-Z0-9]{1,3}|)',
    }),
    'xdm:city': text('City', 'Name of the city.'),
    'xdm:postalCode': text('Postal code', 'The postal code, or the part of it that is known.'),
    'xdm:dmaID': integer('Designated market area', 'Number of the media market in the United States.'),
    'xdm:msaID': integer(
      'Metropolitan statistical area',
      'Number of the metropolitan area in the United States.',
    ),
  },
}
