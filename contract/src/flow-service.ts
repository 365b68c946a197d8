import { type Static, Type } from 'typebox'

/**
 * Requests and answers of the Flow Service. Bodies stay open: clients send members of their own. What a body
 * must have is checked by the service, which answers with a code of its catalogue.
 */

const OPEN = { additionalProperties: true } as const

const Text = (description: string) => Type.Optional(Type.String({ description }))
const Texts = (description: string) => Type.Optional(Type.Array(Type.String(), { description }))
const AnyObject = (description: string) => Type.Optional(Type.Object({}, { ...OPEN, description }))
/** Read by hand, because a wrong value has a code of its own. */
const Given = (description: string) => Type.Optional(Type.Unknown({ description }))

export const FlowServicePath = Type.Object({ id: Type.String({ description: 'Id of the resource' }) })

const PROPERTY =
  'Condition on a property: `name==v`, `state!=v`, `createdAt>0`, `id==a,b`; without an operator, the names to return. Several are joined by and.'

export const SpecListQuery = Type.Object({ property: Texts(PROPERTY) }, OPEN)

export const EntityListQuery = Type.Object(
  {
    property: Texts(PROPERTY),
    limit: Text('Items on a page, 1 to 1000; 100 when absent'),
    orderby: Text('Sort keys: `name,-createdAt`; newest first when absent'),
    continuationToken: Text('Where the page starts: the token of the link to it. It decides alone'),
    count: Text('`true` to get nothing but the number of items'),
  },
  OPEN,
)

export const CreateQuery = Type.Object(
  { mode: Text('`draft` to store something incomplete that is published later') },
  OPEN,
)

export const PatchQuery = Type.Object(
  { 'if-match': Text('The etag, for clients that cannot send the header If-Match') },
  OPEN,
)

export const ActionQuery = Type.Object(
  { op: Text('The action; neither case nor `-` or `_` matter'), subOp: Texts('Part of the action') },
  OPEN,
)

export const IfMatchHeader = Type.Object(
  { 'if-match': Text('The etag of the resource as it was last read') },
  OPEN,
)

export const SpecInfo = Type.Object(
  { id: Given('Id of the spec'), version: Given('`1.0`; the newest when absent') },
  OPEN,
)

const ENTITY_BODY = { name: Given('Name; only drafts may lack it'), description: Given('Free text') }

export const ConnectionBody = Type.Object(
  {
    ...ENTITY_BODY,
    connectionSpec: Type.Optional(SpecInfo),
    auth: Given('`{specName, params}`: one of the ways of authentication of the connection spec'),
  },
  OPEN,
)

const CONNECTED_BODY = {
  ...ENTITY_BODY,
  connectionSpec: Type.Optional(SpecInfo),
  baseConnectionId: Given('Id of the base connection'),
  data: Given('Format and schema of the data'),
}

export const SourceConnectionBody = Type.Object(
  { ...CONNECTED_BODY, params: Given('`{tableName, columns, filters}`: what to read') },
  OPEN,
)

export const TargetConnectionBody = Type.Object(
  { ...CONNECTED_BODY, params: Given('`{dataSetId}`: where to land it') },
  OPEN,
)

export const FlowBody = Type.Object(
  {
    ...ENTITY_BODY,
    flowSpec: Type.Optional(SpecInfo),
    sourceConnectionIds: Given('One id'),
    targetConnectionIds: Given('One id'),
    transformations: Given('`Copy` with its delta column, `Mapping` with the id of its mapping set'),
    scheduleParams: Given('`{startTime, frequency, interval, backfill}`; times in epoch seconds'),
    options: Given('`{errorDiagnosticsEnabled, partialIngestionPercent}`'),
  },
  OPEN,
)

export const RunBody = Type.Object(
  {
    flowId: Given('Id of the flow'),
    params: Given(
      '`{startTime, windowStartTime, windowEndTime, deltaColumn}`; times in epoch seconds or milliseconds',
    ),
  },
  OPEN,
)

const PatchOperation = Type.Object(
  { op: Given('`add`, `replace` or `remove`'), path: Given('JSON Pointer'), value: Given('The new value') },
  OPEN,
)

/** One operation may come without its array. */
export const PatchBody = Type.Union([Type.Array(PatchOperation), PatchOperation, Type.Null()])

/** Actions come with or without a body. */
export const ActionBody = Type.Union([Type.Object({}, OPEN), Type.Array(Type.Unknown()), Type.Null()])

export const Reference = Type.Object(
  { id: Type.String(), etag: Type.String({ examples: ['"6802064a-0000-0200-0000-6387c6b90000"'] }) },
  OPEN,
)

export const RunReference = Type.Object({
  id: Type.String(),
  etag: Type.String(),
  items: Type.Array(Reference),
})

const AUDIT = {
  id: Type.String({ format: 'uuid' }),
  createdAt: Type.Integer({ description: 'Epoch milliseconds' }),
  updatedAt: Type.Integer({ description: 'Epoch milliseconds' }),
  createdBy: Type.String(),
  updatedBy: Type.String(),
  createdClient: Type.String(),
  updatedClient: Type.String(),
  sandboxId: Type.String({ format: 'uuid' }),
  sandboxName: Type.String(),
  imsOrgId: Type.String(),
  etag: Type.String({ description: 'With its double quotes' }),
}

const ENTITY = {
  ...AUDIT,
  version: Type.String({ description: 'The same as etag' }),
  name: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  state: Type.Union([Type.Literal('draft'), Type.Literal('enabled'), Type.Literal('disabled')]),
  lastOperation: AnyObject('What the last change was'),
}

export const Connection = Type.Object(
  {
    ...ENTITY,
    connectionSpec: SpecInfo,
    auth: AnyObject('The way of authentication and its parameters, secrets masked'),
  },
  OPEN,
)

const CONNECTED = {
  ...ENTITY,
  connectionSpec: SpecInfo,
  baseConnectionId: Type.Optional(Type.String()),
  data: Type.Object({}, OPEN),
  params: Type.Object({}, OPEN),
  inheritedAttributes: AnyObject('The base connection'),
}

export const SourceConnection = Type.Object(CONNECTED, OPEN)
export const TargetConnection = Type.Object(CONNECTED, OPEN)

export const Flow = Type.Object(
  {
    ...ENTITY,
    flowSpec: SpecInfo,
    sourceConnectionIds: Type.Array(Type.String()),
    targetConnectionIds: Type.Array(Type.String()),
    inheritedAttributes: AnyObject('Specs and base connections of its connections'),
    transformations: Type.Optional(Type.Array(Type.Object({}, OPEN))),
    scheduleParams: AnyObject('As it was sent'),
    options: AnyObject('As it was sent'),
    runs: Type.String({ description: 'Link to its runs' }),
    lastRunDetails: AnyObject('Id, state and times of its newest ended run'),
  },
  OPEN,
)

export const RunProgress = Type.Object({
  rowsRead: Type.Integer(),
  bytesRead: Type.Integer(),
  slicesDone: Type.Integer(),
  slicesTotal: Type.Integer(),
  estimatedRows: Type.Optional(Type.Number({ description: "By the source's statistics" })),
  rowsPerSecond: Type.Integer({ description: 'Since the start of the run' }),
})

export const Run = Type.Object(
  {
    ...AUDIT,
    flowId: Type.String({ format: 'uuid' }),
    flowSpec: SpecInfo,
    providerRefId: Type.String(),
    params: Type.Object({}, OPEN),
    metrics: Type.Object({}, { ...OPEN, description: 'Status, times, sizes, records and files of the run' }),
    activities: Type.Array(Type.Object({}, OPEN)),
    progress: Type.Optional(RunProgress),
  },
  OPEN,
)

export const Spec = Type.Object(
  { id: Type.String(), name: Type.String(), providerId: Type.String(), version: Type.String() },
  OPEN,
)

export const SpecBody = Type.Object(
  { name: Given('Name of the kind of system'), providerId: Given('Id of the provider') },
  OPEN,
)

export const SpecConfigQuery = Type.Object(
  {
    outputType: Text('Kind of configuration'),
    outputField: Text('Field to return'),
    start: Text('Index of the first item; 0 when absent'),
    limit: Text('Items on a page, 1 to 100; 20 when absent'),
  },
  OPEN,
)

export const SpecConfigs = Type.Object({
  items: Type.Array(Type.Object({}, OPEN)),
  pageInfo: Type.Object({ hasNext: Type.Boolean() }),
})

/** One resource, in a list of its own. */
export const One = <Item extends ReturnType<typeof Type.Object>>(item: Item) =>
  Type.Object({ items: Type.Array(item) })

/** A page; `{count}` alone when only the number was asked for. */
export const Page = <Item extends ReturnType<typeof Type.Object>>(item: Item) =>
  Type.Union([
    Type.Object({
      items: Type.Array(item),
      _links: Type.Object({ next: Type.Optional(Type.Object({ href: Type.String() })) }),
    }),
    Type.Object({ count: Type.Integer() }),
  ])

const Finding = Type.Object({
  severity: Type.Enum(['error', 'warning', 'notice']),
  stage: Type.String(),
  code: Type.String({ description: 'Stable', examples: ['SELECT_MISSING'] }),
  message: Type.String({ description: 'One sentence with the offending value' }),
  remedy: Type.String({ description: 'What to do about it' }),
  sqlState: Type.Optional(Type.String({ description: "The server's own code, where the server refused" })),
})

const Capability = Type.Object({
  isPossible: Type.Boolean(),
  reasons: Type.Array(Finding, { description: 'Everything that is in its way' }),
})

const MissingRight = Type.Object({
  privilege: Type.Enum(['USAGE', 'SELECT']),
  kind: Type.Enum(['schema', 'relation', 'columns']),
  object: Type.String(),
  columns: Type.Optional(Type.Array(Type.String())),
  statement: Type.String({ description: 'SQL that gives it' }),
})

const EffectiveTls = Type.Object(
  {
    mode: Type.String({ description: "libpq's word for it" }),
    verifyChain: Type.Boolean(),
    verifyName: Type.Boolean(),
    expectedName: Type.Optional(Type.String()),
    roots: Type.Enum(['given', 'system', 'none']),
    clientCertificate: Type.Boolean(),
    allowDowngrade: Type.Boolean({ description: 'A session may end up in plaintext' }),
    used: AnyObject('What the session of this test used: encryption, protocol, cipher, certificate'),
  },
  OPEN,
)

const DiagnosisResult = Type.Object(
  {
    code: Type.String({
      description: '`OK`, or the code of the worst finding',
      examples: ['PASSWORD_REFUSED'],
    }),
    stage: Type.String({
      description: 'parameters, resolve, dial, tls, authenticate, database, privileges or settings',
    }),
    message: Type.String({ description: 'The cause in one sentence' }),
    remedy: Type.Optional(Type.String()),
    findings: Type.Optional(Type.Array(Finding, { description: 'Worst first' })),
    missingRights: Type.Optional(Type.Array(MissingRight)),
    tls: Type.Optional(EffectiveTls),
    failedAttempts: Type.Optional(
      Type.Array(Type.Object({ encryption: Type.String(), code: Type.String() })),
    ),
    server: AnyObject('Version, time zone, encoding, pooler, whether it is a standby'),
    canReadInParallel: Type.Optional(Capability),
    canCaptureChanges: Type.Optional(Capability),
    warnings: Texts('What was given but has no effect'),
    elapsedMs: Type.Optional(Type.Integer()),
  },
  OPEN,
)

export const TestResult = Type.Object(
  { result: Type.Boolean(), diagnosis: Type.Optional(DiagnosisResult) },
  OPEN,
)

export const FlowServiceError = Type.Object(
  {
    type: Type.String({ examples: ['https://ns.adobe.com/aep/errors/FLOW-1439-404'] }),
    title: Type.String(),
    status: Type.Integer(),
    report: Type.Object({ 'detailed-message': Type.String(), 'request-id': Type.String() }, OPEN),
    message: Type.String(),
    errorMessage: Type.String(),
    errorDetails: Type.String(),
  },
  OPEN,
)

export type EntityListQuery = Static<typeof EntityListQuery>
