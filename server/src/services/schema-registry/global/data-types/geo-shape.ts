import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const geoShape: GlobalSource = {
  kind: 'datatypes',
  id: 'http://schema.org/GeoShape',
  title: 'Geo Shape',
  description: 'The outline of a place.',
  fields: {
    '@id': { title: 'Shape ID', type: 'string' },
    'schema:description': { title: 'Description', type: 'string' },
    'schema:polygon': {
      title: 'Polygon',
      type: 'array',
      minItems: 4,
      items: { $ref: 'http://schema.org/GeoCoordinates' },
    },
    'schema:circle': { title: 'Circle', $ref: 'http://schema.org/GeoCircle' },
    'schema:box': {
      title: 'Box',
      type: 'array',
      minItems: 2,
      maxItems: 2,
      items: { $ref: 'http://schema.org/GeoCoordinates' },
    },
    'schema:elevation': { title: 'Elevation', type: 'number' },
    'xdm:ceiling': { title: 'Ceiling', type: 'number' },
  },
}
