import type { JsonObject } from '#kit/json.ts'
import { BATCH_PROVIDER_ID, type FlowSpec, JSON_SCHEMA_DRAFT, SOURCE_PERMISSIONS } from './spec.ts'

const DELTA_COLUMN: JsonObject = {
  type: 'object',
  properties: { name: { type: 'string' }, dateFormat: { type: 'string' }, timezone: { type: 'string' } },
  required: ['name'],
}

const OPTION_SPEC: JsonObject = {
  name: 'OptionSpec',
  spec: {
    $schema: JSON_SCHEMA_DRAFT,
    type: 'object',
    properties: {
      errorDiagnosticsEnabled: {
        title: 'Error diagnostics.',
        description: 'Keep the records that could not be ingested, each with its reason.',
        type: 'boolean',
        default: false,
      },
      partialIngestionPercent: {
        title: 'Partial ingestion threshold.',
        description: 'Percentage of failed records up to which a run still succeeds.',
        type: 'number',
        exclusiveMinimum: 0,
      },
    },
  },
}

/** The published schema names 15 minutes as the shortest interval; a server may be configured to allow less. */
const SCHEDULE_SPEC: JsonObject = {
  name: 'PeriodicSchedule',
  type: 'Periodic',
  spec: {
    $schema: JSON_SCHEMA_DRAFT,
    type: 'object',
    properties: {
      startTime: { description: 'epoch time', type: 'integer' },
      frequency: { type: 'string', enum: ['once', 'minute', 'hour', 'day', 'week'] },
      interval: { type: 'integer' },
      backfill: { type: 'boolean', default: true },
    },
    required: ['startTime', 'frequency'],
    if: { properties: { frequency: { const: 'once' } } },
    // biome-ignore lint/suspicious/noThenProperty: `then` is JSON Schema's word.
    then: { allOf: [{ not: { required: ['interval'] } }, { not: { required: ['backfill'] } }] },
    else: {
      required: ['interval'],
      if: { properties: { frequency: { const: 'minute' } } },
      // biome-ignore lint/suspicious/noThenProperty: `then` is JSON Schema's word.
      then: { properties: { interval: { minimum: 15 } } },
      else: { properties: { interval: { minimum: 1 } } },
    },
  },
}

const TRANSFORMATION_SPECS: readonly JsonObject[] = [
  {
    name: 'Copy',
    spec: {
      $schema: JSON_SCHEMA_DRAFT,
      type: 'object',
      properties: { deltaColumn: DELTA_COLUMN },
      required: ['deltaColumn'],
    },
  },
  {
    name: 'Mapping',
    spec: {
      $schema: JSON_SCHEMA_DRAFT,
      type: 'object',
      description: 'The mapping set that shapes a row into a record.',
      properties: { mappingId: { type: 'string' }, mappingVersion: { type: 'string' } },
    },
  },
]

const RUN_SPEC: JsonObject = {
  name: 'ProviderParams',
  spec: {
    $schema: JSON_SCHEMA_DRAFT,
    type: 'object',
    description: 'The window of a single run.',
    properties: {
      startTime: { type: 'integer' },
      windowStartTime: { type: 'integer' },
      windowEndTime: { type: 'integer' },
      deltaColumn: DELTA_COLUMN,
    },
    required: ['startTime', 'windowStartTime', 'windowEndTime', 'deltaColumn'],
  },
}

/** Tables of a database or CRM system into the lake. */
export const CRM_TO_AEP: FlowSpec = {
  id: '14518937-270c-4525-bdec-c2ba7cce3860',
  name: 'CRMToAEP',
  providerId: BATCH_PROVIDER_ID,
  version: '1.0',
  sourceConnectionSpecIds: [
    '3416976c-a9ca-4bba-901a-1f08f66978ff',
    '38ad80fe-8b06-4938-94f4-d4ee80266b07',
    'd771e9c1-4f26-40dc-8617-ce58c4b53702',
    '3c9b37f8-13a6-43d8-bad3-b863b941fedd',
    'cc6a4487-9e91-433e-a3a3-9cf6626c1806',
    '3000eb99-cd47-43f3-827c-43caf170f015',
    '26d738e0-8963-47ea-aadf-c60de735468a',
    '74a1c565-4e59-48d7-9d67-7c03b8a13137',
    'cfc0fee1-7dc0-40ef-b73e-d8b134c436f5',
    '4f63aa36-bd48-4e33-bb83-49fbcd11c708',
    'cb66ab34-8619-49cb-96d1-39b37ede86ea',
    'eb13cb25-47ab-407f-ba89-c0125281c563',
    '1f372ff9-38a4-4492-96f5-b9a4e4bd00ec',
    '37b6bf40-d318-4655-90be-5cd6f65d334b',
    'a49bcc7d-8038-43af-b1e4-5a7a089a7d79',
    'a8b6a1a4-5735-42b4-952c-85dce0ac38b5',
    '6a8d82bc-1caf-45d1-908d-cadabc9d63a6',
    'aac9bbd4-6c01-46ce-b47e-51c6f0f6db3f',
    '8e6b41a8-d998-4545-ad7d-c6a9fff406c3',
    'ecde33f2-c56f-46cc-bdea-ad151c16cd69',
    '09182899-b429-40c9-a15a-bf3ddbc8ced7',
    '0479cc14-7651-4354-b233-7480606c2ac3',
    'd6b52d86-f0f8-475f-89d4-ce54c8527328',
    'a8f4d393-1a6b-43f3-931f-91a16ed857f4',
    'fcad62f3-09b0-41d3-be11-449d5a621b69',
    'ea1c2a08-b722-11eb-8529-0242ac130003',
    '35d6c4d8-c9a9-11eb-b8bc-0242ac130003',
    'b2e08744-4f1a-40ce-af30-7abac3e23cf3',
    '2acf109f-9b66-4d5e-bc18-ebb2adcff8d5',
    '2fa8af9c-2d1a-43ea-a253-f00a00c74412',
    'e9d7ec6b-0873-4e57-ad21-b3a7c65e310b',
  ],
  targetConnectionSpecIds: ['c604ff05-7f1a-43c0-8e18-33bf874cb11c'],
  optionSpec: OPTION_SPEC,
  scheduleSpec: SCHEDULE_SPEC,
  transformationSpecs: TRANSFORMATION_SPECS,
  runSpec: RUN_SPEC,
  attributes: {
    recordTypeEnabled: true,
    defaultRecordType: 'profile',
    isSourceFlow: true,
    flacValidationSupported: true,
    isDraftModeSupported: true,
    frequency: 'batch',
    notification: { category: 'sources', flowRun: { enabled: true } },
  },
  permissionsInfo: SOURCE_PERMISSIONS,
}
