import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const geoCircle: GlobalSource = {
  kind: 'datatypes',
  id: 'http://schema.org/GeoCircle',
  title: 'Geo Circle',
  description: 'A place as a circle around a point.',
  fields: {
    '@id': { title: 'Identifier', type: 'string' },
    'schema:description': { title: 'Description', type: 'string' },
    'schema:coordinates': { title: 'Coordinates', $ref: 'http://schema.org/GeoCoordinates' },
    'schema:radius': { title: 'Radius', type: 'number' },
  },
}
