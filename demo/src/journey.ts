import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Api } from './api.ts'
import { bytes, clearBar, count, dim, say, showBar, showTable } from './screen.ts'
import type { Story } from './stories/story.ts'

const FLOW = '/data/foundation/flowservice'
const REGISTRY = '/data/foundation/schemaregistry'
const POSTGRES_SPEC = { id: '74a1c565-4e59-48d7-9d67-7c03b8a13137', version: '1.0' }
const LAKE_SPEC = { id: 'c604ff05-7f1a-43c0-8e18-33bf874cb11c', version: '1.0' }
const FULL_SCHEMA = 'application/vnd.adobe.xed-full+json;version=1'
const EXPERIENCE_EVENT = 'https://ns.adobe.com/xdm/context/experienceevent'
const RECORD = 'https://ns.adobe.com/xdm/data/record'
const POLL_MS = 250

/** What is known of a base connection before the first story. */
export interface Connected {
  readonly connectionId: string
  /** The namespace of custom fields, without its underscore. */
  readonly tenant: string
  /** What exploring the root listed. */
  readonly relations: readonly Answer[]
}

/** What a story has delivered. */
export interface Landed {
  readonly relation: string
  readonly datasetId: string
  readonly run: Answer
  readonly seconds: number
}

/** Base connection, test and exploration: once for all stories. */
export async function connect(api: Api, auth: Answer, stamp: string): Promise<Connected> {
  const connection = await api.post(
    `${FLOW}/connections`,
    {
      name: `Demo source ${stamp}`,
      description: 'The database that the demo reads',
      auth,
      connectionSpec: POSTGRES_SPEC,
    },
    { note: ({ id }) => `base connection ${id}` },
  )
  await api.get(`${FLOW}/connections/${connection.id}/test`, {
    note: ({ result, diagnosis }) => `result ${result}, PostgreSQL ${diagnosis.server.version}`,
  })
  const relations = await api.get(`${FLOW}/connections/${connection.id}/explore?objectType=root`, {
    note: (items) => `${items.length} relations`,
  })
  const stats = await api.get(`${REGISTRY}/stats`, { note: ({ tenantId }) => `tenant ${tenantId}` })
  return { connectionId: connection.id, tenant: stats.tenantId, relations }
}

/** The columns of a relation and a look at its first rows. */
export async function explore(
  api: Api,
  connectionId: string,
  relation: string,
): Promise<{ readonly table: Answer; readonly hasRows: boolean }> {
  const path = `${FLOW}/connections/${connectionId}/explore?objectType=table&object=${encodeURIComponent(relation)}`
  const table = await api.get(path, { note: ({ schema }) => `${schema.columns.length} columns` })
  const preview = await api.get(`${path}&preview=true&previewCount=5`, {
    note: ({ data }) => `${data.length} rows, ${dim(sample(data[0]))}`,
  })
  return { table, hasRows: preview.data.length > 0 }
}

/** Everything from the source connection to the landed, proven and queried table. */
export async function tell(api: Api, connected: Connected, story: Story, stamp: string): Promise<Landed> {
  const { table } = await explore(api, connected.connectionId, story.relation)
  const sourceId = await createSource(api, connected.connectionId, story, table)
  const schema = await createSchema(api, connected.tenant, story, stamp)
  const datasetId = await createDataset(api, schema.id, story, stamp)
  const targetId = await createTarget(api, schema.id, datasetId, story)
  const mappingId = await createMapping(api, schema.id, story.mappings(connected.tenant), story)
  const flowId = await createFlow(api, { sourceId, targetId, mappingId, name: `${story.title} ${stamp}` })
  const run = await watchRun(api, flowId)
  await query(api, story.question(datasetId, connected.tenant))
  const { startedAtUTC, completedAtUTC } = run.metrics.durationSummary
  return { relation: story.relation, datasetId, run, seconds: (completedAtUTC - startedAtUTC) / 1000 }
}

async function createSource(api: Api, connectionId: string, story: Story, table: Answer): Promise<string> {
  const source = await api.post(
    `${FLOW}/sourceConnections`,
    {
      name: `${story.title} source`,
      baseConnectionId: connectionId,
      data: { format: 'tabular' },
      params: { tableName: story.relation, columns: table.schema.columns },
      connectionSpec: POSTGRES_SPEC,
    },
    { note: ({ id }) => `source connection ${id}` },
  )
  return source.id
}

async function createSchema(api: Api, tenant: string, story: Story, stamp: string): Promise<{ id: string }> {
  const classId = story.behavior === 'time-series' ? EXPERIENCE_EVENT : await createClass(api, story, stamp)
  const group = await api.post(
    `${REGISTRY}/tenant/fieldgroups`,
    {
      type: 'object',
      title: `${story.title} fields ${stamp}`,
      'meta:intendedToExtend': [classId],
      definitions: {
        customFields: {
          type: 'object',
          properties: { [`_${tenant}`]: { type: 'object', properties: story.fields } },
        },
      },
      allOf: [{ $ref: '#/definitions/customFields' }],
    },
    { note: () => `field group “${story.title} fields”` },
  )
  const schema = await api.post(
    `${REGISTRY}/tenant/schemas`,
    {
      type: 'object',
      title: `${story.title} ${stamp}`,
      allOf: [{ $ref: classId }, { $ref: group.$id }],
    },
    { note: ({ version }) => `schema “${story.title}” version ${version}` },
  )
  await api.get(`${REGISTRY}/tenant/schemas/${encodeURIComponent(schema.$id)}`, {
    headers: { accept: FULL_SCHEMA },
    note: ({ properties }) => `fields ${Object.keys(properties).slice(0, 4).join(', ')} …`,
  })
  return { id: schema.$id }
}

async function createClass(api: Api, story: Story, stamp: string): Promise<string> {
  const made = await api.post(
    `${REGISTRY}/tenant/classes`,
    {
      type: 'object',
      title: `${story.title} class ${stamp}`,
      allOf: [{ $ref: RECORD }],
    },
    { note: () => `class “${story.title} class”` },
  )
  return made.$id
}

async function createDataset(api: Api, schemaId: string, story: Story, stamp: string): Promise<string> {
  const answer = await api.post(
    '/data/foundation/catalog/dataSets',
    {
      name: `${story.title} ${stamp}`,
      schemaRef: { id: schemaId, contentType: FULL_SCHEMA },
    },
    { note: ([reference]) => reference },
  )
  return String(answer[0]).replace('@/dataSets/', '')
}

async function createTarget(api: Api, schemaId: string, datasetId: string, story: Story): Promise<string> {
  const target = await api.post(
    `${FLOW}/targetConnections`,
    {
      name: `${story.title} target`,
      data: { schema: { id: schemaId, version: FULL_SCHEMA } },
      params: { dataSetId: datasetId },
      connectionSpec: LAKE_SPEC,
    },
    { note: ({ id }) => `target connection ${id}` },
  )
  return target.id
}

async function createMapping(api: Api, schemaId: string, mappings: Answer, story: Story): Promise<string> {
  const set = await api.post(
    '/data/foundation/conversion/mappingSets',
    {
      name: `${story.title} mapping`,
      outputSchema: { schemaRef: { id: schemaId, contentType: FULL_SCHEMA } },
      mappings,
    },
    { note: ({ id }) => `mapping set ${id}, ${mappings.length} lines` },
  )
  return set.id
}

async function createFlow(
  api: Api,
  flow: { sourceId: string; targetId: string; mappingId: string; name: string },
): Promise<string> {
  const specs = await api.get(`${FLOW}/flowSpecs?property=${encodeURIComponent('name=="CRMToAEP"')}`, {
    note: ({ items }) => `flow spec ${items[0].id}`,
  })
  const answer = await api.post(
    `${FLOW}/flows`,
    {
      name: flow.name,
      flowSpec: { id: specs.items[0].id, version: '1.0' },
      sourceConnectionIds: [flow.sourceId],
      targetConnectionIds: [flow.targetId],
      transformations: [{ name: 'Mapping', params: { mappingId: flow.mappingId, mappingVersion: 0 } }],
      scheduleParams: { startTime: String(Math.floor(Date.now() / 1000)), frequency: 'once' },
    },
    { note: ({ id }) => `flow ${id}` },
  )
  return answer.id
}

/** Follows the flow's run to its end with a bar. @throws Error when it does not succeed. */
async function watchRun(api: Api, flowId: string): Promise<Answer> {
  const path = `${FLOW}/runs?property=${encodeURIComponent(`flowId==${flowId}`)}&limit=1`
  for (let isFirst = true; ; isFirst = false) {
    const { items } = await api.get(path, { isQuiet: !isFirst, note: ({ items }) => `${items.length} run` })
    const run = items[0]
    const status = run?.metrics?.statusSummary?.status
    if (run?.progress !== undefined) drawProgress(run.progress)
    if (status === 'success' || status === 'failed') {
      clearBar()
      return showRun(api, run.id)
    }
    await sleep(POLL_MS)
  }
}

function drawProgress(progress: Answer): void {
  const { rowsRead, estimatedRows, bytesRead, rowsPerSecond } = progress
  showBar(
    'rows',
    rowsRead,
    Math.max(estimatedRows, rowsRead),
    `${count(rowsRead)}  ${bytes(bytesRead)}  ${count(rowsPerSecond ?? 0)}/s`,
  )
}

async function showRun(api: Api, runId: string): Promise<Answer> {
  const { items } = await api.get(`${FLOW}/runs/${runId}`, {
    note: ({ items: [run] }) => describeRun(run),
  })
  const run = items[0]
  if (run.metrics.statusSummary.status === 'success') return run
  const { errors = [], extensions = {} } = run.metrics.statusSummary
  const reasons = [...errors, ...(extensions.errors ?? [])].map(({ code, message }) => `${code}: ${message}`)
  throw new Error(`The run failed.\n  ${reasons.join('\n  ')}`)
}

function describeRun(run: Answer): string {
  const { recordSummary, statusSummary } = run.metrics
  return `${statusSummary.status}, ${count(recordSummary.outputRecordCount)} of ${count(recordSummary.inputRecordCount)} rows landed`
}

async function query(api: Api, sql: string): Promise<void> {
  const answer = await api.post('/query', { sql }, { note: ({ rows }) => `${rows.length} rows` })
  say(dim(`       ${sql.replaceAll(/\s+/g, ' ')}`))
  showTable([
    answer.columns.map((column: Answer) => column.name),
    ...answer.rows.map((row: Answer[]) => row.map(String)),
  ])
}

function sample(row: Answer): string {
  const text = JSON.stringify(row) ?? ''
  return text.length > 70 ? `${text.slice(0, 69)}…` : text
}
