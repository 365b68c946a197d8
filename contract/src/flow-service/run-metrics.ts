import { type Static, Type } from 'typebox'
import { AnyObject, EpochMs, Uuid, Words } from '../schema-parts.ts'
import { SOME } from './ids.ts'

/** What a run tells of itself: as a whole, and activity by activity. */

export const RunStatus = Words(['scheduled', 'queued', 'inProgress', 'success', 'failed'], {
  title: 'RunStatus',
  description: 'Where a run stands; the last two are its end',
})
export type RunStatus = Static<typeof RunStatus>

const Amount = (description: string) => Type.Optional(Type.Integer({ minimum: 0, description }))

export const RunMessage = Type.Object(
  {
    code: Type.String({ examples: ['CONNECTOR-1001-500'] }),
    message: Type.String({ description: 'What happened and what to do' }),
    recordCount: Amount('How many rows it is about, where it is about rows'),
  },
  { title: 'RunMessage', description: 'An error or a warning of a run' },
)
export type RunMessage = Static<typeof RunMessage>

const Window = Type.Object(
  {
    windowStart: Type.Integer({ description: 'Epoch milliseconds; 0 for everything before' }),
    windowEnd: EpochMs('Where the window ends; what lies on it belongs to the next'),
  },
  { description: 'The window of rows that the run took, where it had one' },
)

export const DurationSummary = Type.Object(
  {
    startedAtUTC: Type.Optional(EpochMs('When it began')),
    completedAtUTC: Type.Optional(EpochMs('When it ended')),
    extensions: Type.Optional(Window),
  },
  { title: 'DurationSummary' },
)

export const SizeSummary = Type.Object(
  { inputBytes: Amount('Bytes that came from the source'), outputBytes: Amount('Bytes that were written') },
  { title: 'SizeSummary' },
)

export const RecordSummary = Type.Object(
  {
    inputRecordCount: Amount('Rows that were read: those that landed and those that did not'),
    outputRecordCount: Amount('Rows that landed'),
    createdRecordCount: Amount('Rows that landed and were new'),
    updatedRecordCount: Amount('Rows that landed and changed others'),
    skippedRecordCount: Amount('Rows that were left out on purpose'),
    failedRecordCount: Amount('Rows that were set aside'),
  },
  { title: 'RecordSummary' },
)

const ActivityRefs = Type.Optional(
  Type.Array(Type.String(), { description: 'Ids of the activities it is from' }),
)

export const FileSummary = Type.Object(
  {
    inputFileCount: Amount('Files that came in'),
    outputFileCount: Amount('Files that were written'),
    activityRefs: ActivityRefs,
    manifest: Type.Optional(
      Type.Object(
        { fileInfo: Type.Array(Type.Object({ path: Type.String() })) },
        { description: 'Where the files that came in are listed; none come from a database' },
      ),
    ),
  },
  { title: 'FileSummary' },
)

const Manifest = Type.Object(
  {
    failedRecords: Type.String({ description: 'Where the rows that were set aside are listed' }),
    sampleErrors: Type.String({ description: 'Where the first of them can be read' }),
  },
  { description: 'Links to what was set aside, when diagnostics are on' },
)

const RunReplay = Type.Object(
  {
    of: Type.Optional(Uuid('The run whose rows this one brings in, of a replay', SOME.run)),
    byRun: Type.Optional(Uuid('The run that has replayed the rows of this one', SOME.run)),
    byBatch: Type.Optional(Type.String({ description: 'Its batch' })),
    recordCount: Type.Integer({ description: 'Rows that were set aside and have been tried again' }),
    replayedRecordCount: Type.Integer({ description: 'Those of them that have come in' }),
    failedRecordCount: Type.Integer({ description: 'Those that the replay has set aside again' }),
  },
  { title: 'RunReplay', description: 'What has become of rows that were set aside' },
)

export const RunDrift = Type.Object(
  {
    code: Type.String({ description: 'The kind of change', examples: ['DRIFT_COLUMN_ADDED'] }),
    effect: Words(['told', 'followed', 'stopped']),
    message: Type.String({ description: 'What has changed' }),
    action: Type.String({ description: 'What can be done about it, or has to be' }),
    column: Type.Optional(Type.String({ description: 'Its name now, or before it went' })),
  },
  {
    title: 'RunDrift',
    description:
      'A change of the source since the last run that landed: told only, followed by schema and mapping, or the reason why the run stopped',
  },
)

export const StatusSummary = Type.Object(
  {
    status: RunStatus,
    errors: Type.Optional(Type.Array(RunMessage, { description: 'What the platform says of it' })),
    activityRefs: ActivityRefs,
    extensions: Type.Optional(
      Type.Object({
        type: Type.Optional(Words(['incremental', 'one-time'])),
        errors: Type.Optional(Type.Array(RunMessage, { description: 'What happened in detail' })),
        drift: Type.Optional(Type.Array(RunDrift, { description: 'What has changed of the source' })),
        replay: Type.Optional(RunReplay),
        manifest: Type.Optional(Manifest),
      }),
    ),
  },
  { title: 'StatusSummary' },
)
export type StatusSummary = Static<typeof StatusSummary>

export const RunMetrics = Type.Object(
  {
    durationSummary: Type.Optional(DurationSummary),
    sizeSummary: Type.Optional(SizeSummary),
    recordSummary: Type.Optional(RecordSummary),
    fileSummary: Type.Optional(FileSummary),
    statusSummary: StatusSummary,
    customSummary: Type.Optional(AnyObject('What an administrator told of the run')),
  },
  { title: 'RunMetrics', description: 'The run as a whole. Before its end only the status is sure' },
)
export type RunMetrics = Static<typeof RunMetrics>

const Participant = Type.Object({
  id: Type.String({ description: 'Id of the source or target connection' }),
  type: Type.String({ examples: ['SourceConnection'] }),
  reference: Type.Optional(
    Type.Object({ type: Type.String({ examples: ['Batch'] }), ids: Type.Array(Type.String()) }),
  ),
})

export const RunActivity = Type.Object(
  {
    id: Type.String({
      description: 'The same in all runs',
      examples: ['4f008a00-3a04-11eb-adc1-0242ac120002'],
    }),
    name: Type.String({ examples: ['PostgreSQL Copy Activity'] }),
    updatedAtUTC: EpochMs('When this was written'),
    durationSummary: DurationSummary,
    latencySummary: Type.Object({}, { description: 'Empty' }),
    sizeSummary: SizeSummary,
    recordSummary: RecordSummary,
    fileSummary: FileSummary,
    statusSummary: StatusSummary,
    sourceInfo: Type.Optional(Type.Array(Participant)),
    targetInfo: Type.Optional(Type.Array(Participant)),
  },
  {
    title: 'RunActivity',
    description: 'One of the two parts of a run: copy from the source, promote to the lake',
  },
)
export type RunActivity = Static<typeof RunActivity>

export const RunProgress = Type.Object(
  {
    rowsRead: Type.Integer({ minimum: 0 }),
    bytesRead: Type.Integer({ minimum: 0 }),
    slicesDone: Type.Integer({ minimum: 0, description: 'Parts of the table that are read' }),
    slicesTotal: Type.Integer({ minimum: 0, description: 'Parts of the table in all' }),
    estimatedRows: Type.Optional(Type.Number({ description: 'By the statistics of the source' })),
    rowsPerSecond: Type.Integer({ minimum: 0, description: 'Since the start of the run' }),
  },
  {
    title: 'RunProgress',
    description: 'How far a run is that is under way',
    examples: [
      {
        rowsRead: 1250000,
        bytesRead: 96000000,
        slicesDone: 2,
        slicesTotal: 7,
        estimatedRows: 4100000,
        rowsPerSecond: 310000,
      },
    ],
  },
)
export type RunProgress = Static<typeof RunProgress>

const FIELD_SIDE = {
  valueCount: Type.Integer(),
  nullCount: Type.Integer(),
  digest: Type.Optional(
    Type.String({ description: 'Over all values, in any order; absent below the level `digest`' }),
  ),
}

const FieldDigest = Type.Object({
  path: Type.String({ description: 'The field of the table', examples: ['_acme.city'] }),
  ...FIELD_SIDE,
  sent: Type.Optional(
    Type.Object(FIELD_SIDE, {
      description: 'The same of what was handed to the encoder; beside it stands what was read back',
    }),
  ),
})

export const RunProof = Type.Object(
  {
    level: Type.Optional(
      Words(['none', 'counts', 'digest', 'source'], { description: 'How far the run had to prove itself' }),
    ),
    rowsRead: Type.Integer(),
    rowsLanded: Type.Integer(),
    rowsSetAside: Type.Integer(),
    fields: Type.Integer({ description: 'Fields that were compared' }),
    agreeing: Type.Integer({ description: 'Fields of which both sides agree' }),
    source: Type.Optional(
      Type.Object(
        {
          columns: Type.Integer({ description: 'Columns that PostgreSQL has counted itself' }),
          byValue: Type.Integer({ description: 'Those of them whose values it has digested as well' }),
        },
        { description: 'At the level `source`: each agrees with what has arrived' },
      ),
    ),
    digests: Type.Array(FieldDigest),
    snapshotId: Type.Optional(Type.String({ description: 'The snapshot of the table that the run made' })),
  },
  {
    title: 'RunProof',
    description: 'What was read back from the lake, compared with what left PostgreSQL',
  },
)
export type RunProof = Static<typeof RunProof>

const TIMES = { startedAtUTC: 1760000000000, completedAtUTC: 1760000004200 } as const
const WINDOW = { windowStart: 1759999100000, windowEnd: 1760000000000 } as const
const COPY = '4f008a00-3a04-11eb-adc1-0242ac120002'
const PROMOTION = '37b34f84-1ada-11eb-adc1-0242ac120002'
const DURATION = { ...TIMES, extensions: WINDOW } as const
const STATUS = { status: 'success', extensions: { type: 'incremental' } } as const
const LANDED = {
  inputRecordCount: 1000,
  outputRecordCount: 998,
  createdRecordCount: 998,
  failedRecordCount: 2,
} as const

/** A run that has ended well. */
export const SOME_METRICS = {
  durationSummary: DURATION,
  sizeSummary: { inputBytes: 82000, outputBytes: 21000 },
  recordSummary: LANDED,
  fileSummary: { inputFileCount: 1, outputFileCount: 1, activityRefs: [PROMOTION] },
  statusSummary: { ...STATUS, activityRefs: [PROMOTION] },
} as const

export const SOME_ACTIVITIES = [
  {
    id: COPY,
    name: 'PostgreSQL Copy Activity',
    updatedAtUTC: 1760000004200,
    durationSummary: DURATION,
    latencySummary: {},
    sizeSummary: { inputBytes: 82000, outputBytes: 82000 },
    recordSummary: { inputRecordCount: 1000, outputRecordCount: 1000 },
    fileSummary: { inputFileCount: 1, outputFileCount: 1 },
    statusSummary: STATUS,
    sourceInfo: [{ id: SOME.sourceConnection, type: 'SourceConnection' }],
  },
  {
    id: PROMOTION,
    name: 'Promotion Activity',
    updatedAtUTC: 1760000004200,
    durationSummary: DURATION,
    latencySummary: {},
    sizeSummary: { inputBytes: 82000, outputBytes: 21000 },
    recordSummary: LANDED,
    fileSummary: { inputFileCount: 1, outputFileCount: 1 },
    statusSummary: STATUS,
    targetInfo: [
      {
        id: SOME.targetConnection,
        type: 'TargetConnection',
        reference: { type: 'Batch', ids: [SOME.batch] },
      },
    ],
  },
] as const
