import type { JsonObject } from '#kit/json.ts'
import { POSTGRES_AUTH_SPECS } from './postgre-sql-auth.ts'
import { BATCH_PROVIDER_ID, type ConnectionSpec, JSON_SCHEMA_DRAFT, SOURCE_PERMISSIONS } from './spec.ts'

const DOCS =
  'https://experienceleague.adobe.com/docs/experience-platform/sources/connectors/databases/postgres.html'

const SOURCE_SPEC: JsonObject = {
  name: 'Database',
  type: 'Database',
  spec: {
    $schema: JSON_SCHEMA_DRAFT,
    type: 'object',
    properties: {
      tableName: { type: 'string', description: 'Table or view to read, as explore lists it.' },
      columns: {
        type: 'array',
        description: 'Columns to read; all of them when absent or empty.',
        items: {
          type: 'object',
          properties: {
            name: { type: 'string' },
            type: { type: 'string' },
            meta: { type: 'object', properties: { originalType: { type: 'string' } } },
          },
          required: ['name', 'type'],
        },
      },
    },
    required: ['tableName'],
  },
  attributes: {
    uiAttributes: {
      isSource: true,
      monitoringSupported: true,
      documentationLink: DOCS,
      category: { key: 'database' },
      icon: { key: 'postgresql' },
      description: { key: 'postgresqlDescription' },
      label: { key: 'postgresqlLabel', text: 'PostgreSQL' },
      frequency: { key: 'batch' },
    },
  },
}

const EXPLORE_SPEC: JsonObject = {
  name: 'Tabular',
  type: 'Tabular',
  requestSpec: {
    $schema: JSON_SCHEMA_DRAFT,
    type: 'object',
    properties: {
      objectType: { type: 'string', enum: ['table', 'root'] },
      limit: {
        type: 'integer',
        minimum: 1,
        maximum: 10_000,
        description:
          'Of the root: items on a page. The next page is in the headers Link and x-next-continuation-token.',
      },
      continuationToken: { type: 'string', description: 'Of the root: where a page starts.' },
      includePartitions: { type: 'boolean', description: 'Of the root: list partitions, too.' },
      schema: { type: 'string', description: 'Of the root: only what is in this schema.' },
      search: { type: 'string', description: 'Of the root: only what has this text in its path.' },
    },
    allOf: [
      {
        if: { properties: { objectType: { enum: ['table'] } } },
        // biome-ignore lint/suspicious/noThenProperty: `then` is JSON Schema's word.
        then: {
          properties: {
            object: { type: 'string' },
            preview: { type: 'boolean' },
            previewCount: { type: 'integer', minimum: 1, maximum: 1_000 },
            filters: { type: 'string', description: 'Base64 of a row filter.' },
          },
          required: ['object'],
        },
      },
    ],
    required: ['objectType'],
  },
  responseSpec: {
    $schema: JSON_SCHEMA_DRAFT,
    type: 'object',
    properties: {
      root: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            type: { type: 'string' },
            name: { type: 'string' },
            path: { type: 'string' },
            canPreview: { type: 'boolean' },
            canFetchSchema: { type: 'boolean' },
            meta: { type: 'object' },
          },
        },
      },
      table: {
        type: 'object',
        properties: {
          format: { type: 'string' },
          schema: {
            type: 'object',
            properties: {
              columns: {
                type: 'array',
                items: {
                  type: 'object',
                  properties: {
                    name: { type: 'string' },
                    type: { type: 'string' },
                    meta: { type: 'object' },
                  },
                },
              },
            },
          },
          meta: { type: 'object' },
          data: { type: 'array' },
        },
      },
    },
  },
}

/** PostgreSQL, wherever it is hosted. */
export const POSTGRE_SQL: ConnectionSpec = {
  id: '74a1c565-4e59-48d7-9d67-7c03b8a13137',
  name: 'postgre-sql',
  providerId: BATCH_PROVIDER_ID,
  version: '1.0',
  authSpec: POSTGRES_AUTH_SPECS.azure,
  sourceSpec: SOURCE_SPEC,
  exploreSpec: EXPLORE_SPEC,
  attributes: {
    category: 'Databases',
    connectorName: 'PostgreSQL',
    isSource: true,
    isDraftModeSupported: true,
    documentationLink: DOCS,
    filterAtSource: {
      enabled: true,
      queryLanguage: 'SQL',
      logicalOperators: ['and', 'or', 'not'],
      comparisonOperators: ['=', '!=', '<', '<=', '>', '>=', 'like', 'in'],
      columnNameEscapeChar: '"',
      valueEscapeChar: "'",
    },
    uiAttributes: { apiFeatures: { explorePaginationSupported: true } },
  },
  permissionsInfo: SOURCE_PERMISSIONS,
}

/** The same in the edition that takes single values only. */
export const POSTGRE_SQL_AWS: ConnectionSpec = { ...POSTGRE_SQL, authSpec: POSTGRES_AUTH_SPECS.aws }
