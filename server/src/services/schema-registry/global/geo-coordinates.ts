import { decimal, type GlobalSource, text, uriReference } from './global-source.ts'

export const geoCoordinates: GlobalSource = {
  kind: 'datatypes',
  id: 'http://schema.org/GeoCoordinates',
  title: 'Geo Coordinates',
  description: 'Where a place is on the globe.',
  fields: {
    '@id': uriReference('Coordinates ID', 'Identifies the coordinates.'),
    'schema:description': text('Description', 'What is at the coordinates.'),
    'schema:latitude': decimal('Latitude', 'Degrees north of the equator.', { minimum: -90, maximum: 90 }),
    'schema:longitude': decimal('Longitude', 'Degrees east of Greenwich.', { minimum: -180, maximum: 180 }),
    'schema:elevation': decimal('Elevation', 'Metres above the WGS 84 ellipsoid.'),
  },
}
