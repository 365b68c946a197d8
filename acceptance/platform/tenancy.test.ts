import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { openDatabase, openPool } from '@headwater/server/store/database.ts'
import { listScopedTables } from '@headwater/server/upkeep/scoped-rows.ts'
import type { Answer } from '@headwater/testkit/api-client.ts'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { askFor, openTenants, type Tenants } from './tenant-world.ts'

/*
 * Every statement that an operation of the API runs on a table with rows of tenants says whose rows are meant: by the
 * organisation and the sandbox of the request, or by ids that such a statement of the same request has found or that
 * the request has made. The statements are caught where the driver sends them; which request runs them is known from
 * the asynchronous context that begins with the request.
 */

interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

/** A request of the API with its statements, in the order in which they were sent. */
interface Caught {
  readonly title: string
  readonly scope: ReadonlySet<string>
  /** Ids of what belongs to the scope, as far as the request has found out. */
  readonly known: Set<string>
  readonly faults: string[]
  readonly seen: Set<string>
}

const current = new AsyncLocalStorage<Caught>()
let tenants: Tenants
/** Tables with rows of tenants. */
let watched: ReadonlySet<string>
let caught: Caught | undefined

beforeAll(async () => {
  tenants = await openTenants()
  watched = await readTables(tenants.world.server.databaseUrl)
  subscribe('http.server.request.start', follow)
  catchStatements(tenants.world.server.databaseUrl)
}, 60_000)
afterAll(async () => {
  unsubscribe('http.server.request.start', follow)
  vi.restoreAllMocks()
  await tenants?.world[Symbol.asyncDispose]()
})

/** Whatever is done because of this request from here on is done for the test that sent it. */
function follow(message: unknown): void {
  const { request } = message as { readonly request: IncomingMessage }
  if (caught !== undefined && request.headers['x-request-id'] === caught.title) current.enterWith(caught)
}

async function readTables(url: string): Promise<ReadonlySet<string>> {
  const db = openDatabase(openPool({ url }, { max: 1 }))
  try {
    // Specs and sandboxes belong to organisations.
    return new Set([...(await listScopedTables(db)).map(({ name }) => name), 'spec', 'sandbox'])
  } finally {
    await db.destroy()
  }
}

/** Judges what is sent to the metadata database on behalf of a request. */
function catchStatements(url: string): void {
  const database = new URL(url).pathname.slice(1)
  const send = pg.Client.prototype.query as (...args: unknown[]) => unknown
  vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const request = current.getStore()
    const answer = send.apply(this, args)
    if (request === undefined || this.database !== database) return answer as never
    const statement = statementOf(args)
    const isJudged = judge(request, statement)
    if (isJudged && answer instanceof Promise)
      answer.then(
        (result: Answer) => learn(request, statement, result?.rows),
        () => {},
      )
    return answer as never
  } as never)
}

function statementOf([first, second]: readonly unknown[]): Statement {
  if (typeof first === 'string') return { text: first, values: Array.isArray(second) ? second : [] }
  const { text = '', values = [] } = first as Partial<Statement>
  return { text, values }
}

/** True when the statement keeps to what belongs to the request, so that what it finds does, too. */
function judge(request: Caught, { text, values }: Statement): boolean {
  const tables = tablesOf(text).filter((table) => watched.has(table))
  if (tables.length === 0) return false
  for (const table of tables) request.seen.add(table)
  const isInsert = /^\s*insert into/i.test(text)
  const texts = values.flat().filter((value) => typeof value === 'string')
  const namesScope = /\b(sandbox_id|org_id)\b/.test(text) && texts.some((value) => request.scope.has(value))
  const isById = isInsert || /\b\w*id"?\s*(=|in\b)/i.test(text)
  const namesKnown = isById && texts.some((value) => request.known.has(value))
  if (!namesScope && !namesKnown) {
    request.faults.push(`${tables.join(', ')}: ${text.replaceAll(/\s+/g, ' ').slice(0, 300)}`)
    return false
  }
  if (isInsert) for (const value of texts) request.known.add(value)
  return true
}

function tablesOf(text: string): readonly string[] {
  const found = text.matchAll(/\b(?:from|join|into|update)\s+"?(?:public"?\.)?"?(\w+)"?/gi)
  return [...new Set([...found].map(([, name = '']) => name))]
}

/** What was found within the scope belongs to it, and so does that by which it was found. */
function learn({ known }: Caught, { values }: Statement, rows: unknown): void {
  if (!Array.isArray(rows) || rows.length === 0) return
  for (const value of values.flat()) if (typeof value === 'string') known.add(value)
  for (const row of rows as Record<string, unknown>[]) {
    for (const value of Object.values(row).flat()) if (typeof value === 'string') known.add(value)
    // Documents refer to others of the same tenant.
    for (const id of JSON.stringify(row).match(/"[\w:/.-]{8,120}"/g) ?? []) known.add(id.slice(1, -1))
  }
}

test('every statement of every operation says whose rows are meant', async () => {
  const { owner, targets, bodies, world } = tenants
  const { ims_org: orgId } = owner.credentials
  const { body: prod } = await owner.get('/data/foundation/sandbox-management/sandboxes/prod')
  const clients = { plain: owner, admin: await world.server.createAdmin() }
  const faults: string[] = []
  const seen = new Set<string>()
  const deletesLast = targets.toSorted(
    (one, other) => rank(one.operation.method) - rank(other.operation.method),
  )
  for (const { operation, existing, nobody } of deletesLast) {
    const paths = [...(nobody === undefined ? [] : [nobody]), ...existing]
    for (const [who, client] of Object.entries(clients)) {
      for (const path of paths.filter((it) => !/sandboxes\/prod$/.test(it) || operation.method === 'GET')) {
        const title = `${operation.operationId}-${who}-${++counter}`.replaceAll(/[^\w.:-]/g, '')
        caught = { title, scope: new Set([orgId, prod.id]), known: new Set(), faults: [], seen }
        const tagged = client.with({ 'x-request-id': title })
        const { status } = await askFor(tagged, { operation, path, bodies })
        for (const fault of caught.faults) faults.push(`${operation.operationId} (${status}): ${fault}`)
      }
    }
  }
  caught = undefined
  expect([...new Set(faults)]).toEqual([])
  // All that was watched was there to be seen, but for what the steps of runs and imports keep for themselves.
  const unseen = [...watched].filter((table) => !seen.has(table))
  expect(['import_slice', 'lake_commit', 'lake_compaction', 'run_slice', 'source_shape']).toEqual(
    expect.arrayContaining(unseen),
  )
}, 120_000)

test('a statement that says nothing of the kind is found out', () => {
  const request = {
    title: '',
    scope: new Set(['org', 'box']),
    known: new Set(['mine']),
    seen: new Set<string>(),
  }
  const verdict = (text: string, ...values: unknown[]) => judge({ ...request, faults: [] }, { text, values })
  expect(verdict('select * from "flow" where "sandbox_id" = $1', 'box')).toBe(true)
  expect(verdict('select * from "flow" where "id" = $1 for update', 'mine')).toBe(true)
  expect(verdict('select * from "flow"')).toBe(false)
  expect(verdict('select * from "flow" where "sandbox_id" = $1', 'another')).toBe(false)
  expect(verdict('select * from "flow" where "id" = $1', 'yours')).toBe(false)
  expect(verdict('delete from run_slice where run_id in (select id from flow_run)')).toBe(false)
  expect(verdict('update "dataset" set "name" = $1', 'mine')).toBe(false)
  expect(verdict('insert into "connection" ("id", "org_id") values ($1, $2)', 'new', 'another')).toBe(false)
})

let counter = 0

function rank(method: string): number {
  return ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].indexOf(method)
}
