import {
  type AeppStory,
  aeppTitle,
  hasAepp,
  readAeppExamples,
  tellWithAepp,
} from '@headwater/testkit/aepp.ts'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { CRM_FLOW_SPEC, LAKE_SPEC, POSTGRES_SPEC, queryRows } from '@headwater/testkit/journey.ts'
import { printPython } from '@headwater/testkit/python.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { statement } from './statement.ts'

/** aepp tells the tutorial in one go (`acceptance/clients/aepp`); the tests judge what its methods returned. */
const ROW_COUNT = 20
const ETAG = /^"[0-9a-f]{8}-0000-[0-9a-f]{4}-0000-[0-9a-f]{12}"$/
const UUID = /^[0-9a-f-]{36}$/

let source: TestDatabase
let server: TestServer
let story: AeppStory

describe.skipIf(!hasAepp)(aeppTitle, () => {
  beforeAll(async () => {
    source = await createTestDatabase()
    await source.query('create table orders (id bigint primary key, city text, placed_at timestamptz)')
    await source.query(
      `insert into orders
       select n, 'city ' || n, timestamptz '2024-01-01' + n * interval '1 hour' from generate_series(1, $1::int) n`,
      [ROW_COUNT],
    )
    server = await startTestServer()
    story = await tellWithAepp(server.client, source, 'public.orders')
  })

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    await source?.drop()
  })

  /** What a chapter saw; fails with its traceback when aepp raised. */
  function chapter(name: string): Answer {
    const told = story[name]
    expect(told?.raised, name).toBeUndefined()
    return told
  }

  statement(
    278,
    'aepp as it comes from PyPI makes connections and a flow, and sees its run succeed',
    async () => {
      const told = chapter('journey')
      for (const made of [told.base, told.source, told.target, told.flow]) {
        expect(made).toEqual({ id: expect.stringMatching(UUID), etag: expect.stringMatching(ETAG) })
      }
      expect(told.tested.result).toBe(true)
      expect(told.explored.root.map((item: Answer) => item.path)).toEqual(['public.orders'])
      expect(told.explored.preview.data).toHaveLength(2)
      expect(told.sourceRead.params.columns).toEqual(told.explored.table.schema.columns)
      expect(told.runs).toHaveLength(1)
      const { metrics } = told.runs[0]
      expect(metrics.statusSummary.status).toBe('success')
      expect(metrics.recordSummary).toMatchObject({
        inputRecordCount: ROW_COUNT,
        outputRecordCount: ROW_COUNT,
      })
      expect(told.flowRead.lastRunDetails).toMatchObject({ id: told.runs[0].id, state: 'success' })
      // Later chapters copy the rows again.
      const sql = `select distinct _headwater.city from "${told.datasetId}" where _headwater.id = 7`
      expect(await queryRows(server.client, sql)).toEqual([['city 7']])
    },
  )

  statement(
    279,
    'the five lists of aepp go through more than two pages, each entity once, newest first',
    async () => {
      const told = chapter('paging')
      const lists = ['connections', 'flows', 'runs', 'sourceConnections', 'targetConnections']
      for (const list of lists) {
        const { created, listed } = told[list]
        expect(created, list).toHaveLength(5)
        expect(listed.slice(0, 5), list).toEqual(created.toReversed())
        expect(new Set(listed).size, list).toBe(listed.length)
      }
      expect(told.filtered).toEqual([told.flows.created[1]])
      expect(told.onlySources).toBe(told.flows.listed.length)
      expect(told.onlyDestinations).toEqual([])
      expect(told.projected).toHaveLength(told.flows.listed.length)
      for (const item of told.projected) expect(Object.keys(item).sort()).toEqual(['id', 'name'])
      expect(told.counted).toEqual({ count: told.connections.listed.length })
    },
  )

  statement(
    280,
    'patchConnection and updateFlow take the etag that they read, and give a new one',
    async () => {
      const told = chapter('changes')
      for (const kind of ['connection', 'flow', 'source', 'target']) {
        const { before, answer, after } = told[kind]
        expect(answer, kind).toEqual({ id: before.id, etag: expect.stringMatching(ETAG) })
        expect(answer.etag, kind).not.toBe(before.etag)
        expect(after.etag, kind).toBe(answer.etag)
        expect(after.name, kind).toMatch(/, renamed$/)
      }
      expect(told.stale).toMatchObject({ status: 412, errorMessage: expect.any(String) })
      expect(told.policy).toEqual({ enforcementRefs: ['policy-1'] })
    },
  )

  statement(281, 'postFlowAction disables and enables, without a body or its type', async () => {
    const { actions } = chapter('changes')
    expect(actions.map(({ state }: Answer) => state)).toEqual([
      'disabled',
      'disabled',
      'enabled',
      'disabled',
      'enabled',
      'enabled',
    ])
    for (const { answer, etag } of actions.slice(0, 5))
      expect(answer).toEqual({ id: expect.any(String), etag })
    expect(actions[5].answer.type).toContain('FLOW-1434-400')
  })

  statement(
    282,
    'FlowManager reads all four services, and updateFlowMapping replaces the mapping alone',
    async () => {
      const told = chapter('manager')
      const { datasetId, mapping } = chapter('journey')
      expect(told).toMatchObject({ type: 'source', datasetId, description: 'by the manager' })
      expect(told.summary).toMatchObject({
        frequency: 'batch',
        flowSpecs: { name: 'CRMToAEP' },
        targetConnection: {
          data: { schema: { name: 'aepp orders' } },
          params: { datasetName: 'aepp orders' },
        },
        mapping: { id: mapping.id, createdDateTS: mapping.createdDate },
      })
      expect(told.parts).toMatchObject({
        flowSpec: 'CRMToAEP',
        sourceSpec: 'postgre-sql',
        mapping: mapping.id,
      })
      expect(told.runs.length).toBeGreaterThan(0)
      expect(told.transformations).toEqual([
        { name: 'Copy', params: { deltaColumn: { name: 'placed_at', dateFormat: 'YYYY-MM-DD' } } },
        { name: 'Mapping', params: { mappingId: told.secondMappingId, mappingVersion: 0 } },
      ])
    },
  )

  statement(
    283,
    'getConnectionSpecIdFromName knows the fixed ids of PostgreSQL and of the lake',
    async () => {
      const told = chapter('specs')
      expect(told).toMatchObject({ postgres: POSTGRES_SPEC.id, lake: LAKE_SPEC.id })
      expect(told.mapped).toBe(told.names.length)
      expect(told.spec).toMatchObject({ id: POSTGRES_SPEC.id, name: 'postgre-sql', version: '1.0' })
      expect(told.flowSpecId).toBe(CRM_FLOW_SPEC.id)
      expect(told.named).toEqual([CRM_FLOW_SPEC.id])
      expect(told.frequency).toBe('batch')
      expect(told.exportable).toEqual([])
    },
  )

  test('the programs of the page for users print what they say', async () => {
    const programs = await readAeppExamples(server.client)
    expect(programs).toHaveLength(2)
    for (const program of programs) expect(await printPython(program)).toBe(`${POSTGRES_SPEC.id}\n`)
  })

  test('createRun makes a run that getRun shows, with and without a window', () => {
    const { run } = chapter('changes')
    expect(run.made.id).toMatch(UUID)
    expect(run.read).toMatchObject([{ id: run.made.id }])
    expect(run.windowed.id).not.toBe(run.made.id)
  })

  test('what this server does not do comes back as a body with a sentence, never as an exception', () => {
    const told = chapter('others')
    const refused = {
      streaming: 400,
      profile: 400,
      once: 400,
      unknownRun: 404,
      inUse: 400,
      wrongPassword: 400,
    }
    for (const [call, status] of Object.entries(refused)) {
      expect(told[call], call).toMatchObject({ status, errorMessage: expect.stringMatching(/\w+ \w+/) })
      expect(told[call], call).not.toHaveProperty('id')
    }
    expect(told.once.errorMessage).toContain('scheduleParams.frequency')
    expect(JSON.stringify(told.wrongPassword)).not.toContain('not-the-password')
    expect(told.minute.id).toMatch(UUID)
  })

  test('everything that aepp made can be deleted by it', () => {
    const told = chapter('removal')
    for (const kind of ['flows', 'sources', 'targets', 'connections']) {
      expect(new Set(told[kind]), kind).toEqual(new Set([204]))
    }
    expect(told.left).toBe(0)
    expect(told.again).toMatchObject({ status: 404 })
  })
})
