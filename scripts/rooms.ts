/**
 * The rooms of `server/src`, floor by floor, with what each may import. A room sees itself, the rooms that it
 * names and the libraries that it names; `write-boundaries.ts` turns this table into rules for the linter.
 */
export interface Room {
  /** Folder below `server/src`. */
  readonly path: string
  /** Rooms that it may import; `*` means all. Sub-rooms belong to their room. */
  readonly rooms: readonly string[]
  /** Outside libraries behind this door. Node.js itself is open to all. */
  readonly libraries: readonly string[]
}

const NEIGHBOURLESS_SERVICE = [
  'kit',
  'log',
  'secrets',
  'json-patch',
  'columns',
  'typemap',
  'mapping',
  'store',
  'http',
]
const SERVICE_LIBRARIES = [
  'fastify',
  '@fastify/type-provider-typebox',
  'typebox',
  'kysely',
  '@headwater/contract',
]

export const ROOMS: readonly Room[] = [
  { path: 'kit', rooms: [], libraries: ['ulid'] },
  { path: 'kernel', rooms: [], libraries: [] },
  { path: 'columns', rooms: ['kit', 'kernel'], libraries: [] },

  { path: 'config', rooms: ['kit'], libraries: [] },
  { path: 'log', rooms: ['kit'], libraries: ['pino'] },
  { path: 'secrets', rooms: ['kit'], libraries: [] },
  { path: 'json-patch', rooms: ['kit'], libraries: ['fast-json-patch'] },
  { path: 'typemap', rooms: ['kit', 'columns'], libraries: [] },
  { path: 'mapping', rooms: ['kit', 'columns', 'typemap'], libraries: [] },

  { path: 'store', rooms: ['kit', 'log', 'secrets'], libraries: ['kysely', 'pg', 'pg-copy-streams'] },
  { path: 'source', rooms: ['kit', 'log', 'kernel', 'columns', 'typemap'], libraries: ['pg'] },
  {
    path: 'lake',
    rooms: ['kit', 'log', 'kernel', 'columns', 'typemap'],
    libraries: [
      '@duckdb/node-api',
      '@duckdb/node-bindings',
      'avsc',
      '@aws-sdk/client-s3',
      '@aws-sdk/lib-storage',
    ],
  },

  {
    path: 'engine',
    rooms: ['kit', 'log', 'kernel', 'columns', 'typemap', 'mapping', 'source', 'lake'],
    libraries: [],
  },
  { path: 'queue', rooms: ['kit', 'log', 'store'], libraries: ['pg-boss', 'kysely', 'pg'] },
  {
    path: 'http',
    rooms: ['kit', 'log'],
    libraries: [
      'fastify',
      '@fastify/swagger',
      '@fastify/swagger-ui',
      '@fastify/type-provider-typebox',
      'typebox',
      'ajv',
      'ajv-formats',
      '@headwater/contract',
    ],
  },

  { path: 'services/ims', rooms: NEIGHBOURLESS_SERVICE, libraries: [...SERVICE_LIBRARIES, 'jose'] },
  { path: 'services/sandboxes', rooms: NEIGHBOURLESS_SERVICE, libraries: SERVICE_LIBRARIES },
  { path: 'services/schema-registry', rooms: NEIGHBOURLESS_SERVICE, libraries: SERVICE_LIBRARIES },
  { path: 'services/identity-namespaces', rooms: NEIGHBOURLESS_SERVICE, libraries: SERVICE_LIBRARIES },
  { path: 'services/catalog', rooms: [...NEIGHBOURLESS_SERVICE, 'lake'], libraries: SERVICE_LIBRARIES },
  { path: 'services/labels', rooms: NEIGHBOURLESS_SERVICE, libraries: SERVICE_LIBRARIES },
  { path: 'services/data-prep', rooms: NEIGHBOURLESS_SERVICE, libraries: SERVICE_LIBRARIES },
  { path: 'services/export', rooms: [...NEIGHBOURLESS_SERVICE, 'lake'], libraries: SERVICE_LIBRARIES },
  { path: 'services/query', rooms: [...NEIGHBOURLESS_SERVICE, 'lake'], libraries: SERVICE_LIBRARIES },
  { path: 'services/iceberg-catalog', rooms: NEIGHBOURLESS_SERVICE, libraries: SERVICE_LIBRARIES },
  {
    path: 'services/ingestion',
    rooms: [...NEIGHBOURLESS_SERVICE, 'source', 'lake'],
    libraries: SERVICE_LIBRARIES,
  },
  {
    path: 'services/flow-service',
    rooms: [...NEIGHBOURLESS_SERVICE, 'source'],
    libraries: [...SERVICE_LIBRARIES, 'ajv', 'ajv-formats'],
  },
  { path: 'services/observability', rooms: NEIGHBOURLESS_SERVICE, libraries: SERVICE_LIBRARIES },
  { path: 'services/monitoring', rooms: NEIGHBOURLESS_SERVICE, libraries: SERVICE_LIBRARIES },
  { path: 'services/console', rooms: ['kit', 'log', 'http'], libraries: ['fastify'] },
  { path: 'services/guide', rooms: ['kit', 'log', 'http'], libraries: ['fastify', 'marked', 'highlight.js'] },

  {
    path: 'runs',
    rooms: [
      ...NEIGHBOURLESS_SERVICE,
      'source',
      'lake',
      'engine',
      'queue',
      'services/catalog',
      'services/flow-service',
    ],
    libraries: ['kysely'],
  },
  {
    path: 'schedule',
    rooms: ['kit', 'log', 'store', 'queue', 'services/flow-service'],
    libraries: ['kysely'],
  },
  {
    path: 'notify',
    rooms: ['kit', 'log', 'secrets', 'store', 'services/flow-service'],
    libraries: ['kysely'],
  },
  {
    path: 'upkeep',
    rooms: ['kit', 'log', 'store', 'lake', 'queue'],
    libraries: ['kysely'],
  },

  {
    path: 'care',
    rooms: ['kit', 'log', 'store', 'columns', 'lake', 'queue', 'services/catalog'],
    libraries: ['kysely'],
  },

  { path: 'boot', rooms: ['*'], libraries: ['*'] },
]
