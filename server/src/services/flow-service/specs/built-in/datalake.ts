import { BATCH_PROVIDER_ID, type ConnectionSpec, JSON_SCHEMA_DRAFT, SOURCE_PERMISSIONS } from './spec.ts'

/** The lake that datasets live in: where every source dataflow ends. */
export const DATALAKE: ConnectionSpec = {
  id: 'c604ff05-7f1a-43c0-8e18-33bf874cb11c',
  name: 'datalake',
  providerId: BATCH_PROVIDER_ID,
  version: '1.0',
  targetSpec: {
    name: 'DataLake',
    type: 'DataLake',
    spec: {
      $schema: JSON_SCHEMA_DRAFT,
      type: 'object',
      properties: { dataSetId: { type: 'string', description: 'Dataset that the records are added to.' } },
      required: ['dataSetId'],
    },
  },
  attributes: {
    category: 'Data Lake',
    connectorName: 'Data Lake',
    isDestination: false,
    isDraftModeSupported: true,
  },
  permissionsInfo: SOURCE_PERMISSIONS,
}
