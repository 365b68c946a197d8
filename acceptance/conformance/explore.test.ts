import type { Answer } from '@headwater/testkit/api-client.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import type { FlowAnswer } from './flow-client.ts'
import { statement } from './statement.ts'
import { openWorld, type World } from './world.ts'

/** Section 10.6: looking into a source. */
let world: World
let connectionId: string

/** One column of every kind that the type mapping speaks of, in an order that no sorting gives. */
const KINDS = `
  create table kinds (
    z_text text, a_bool boolean, small smallint, whole integer, big bigint, single real, twice double precision,
    exact numeric(10, 2), day date, moment timestamp, moment_tz timestamptz, bytes bytea, doc jsonb, tags text[]
  );
  insert into kinds (z_text, a_bool, whole, moment) values ('one', true, 1, '2022-06-22 17:19:33'), (null, null, null, null)`

/** Names that need quoting, each as the path that has to come back. */
const NASTY = ['"Capital Letters"', '"with.dot"', '"with ""quotes"""', 'plain']

beforeAll(async () => {
  world = await openWorld({ env: { HEADWATER_VALIDATE_ON_CREATE: 'false' } })
  await world.source.query(KINDS)
  await world.source.query(`
    create schema "Other Schema";
    ${NASTY.map((name) => `create table "Other Schema".${name} as select '${name}' as name;`).join('\n')}
    create view read_only as select current_setting('transaction_read_only') as setting;
    create table written (at timestamptz);
    create function write_down() returns int language sql volatile
      as $$ insert into written values (now()) returning 1 $$;
    create view writing as select write_down() as done`)
  connectionId = (await world.ready()).connectionId
})
afterAll(async () => world?.[Symbol.asyncDispose]())

function explore(query: Record<string, string> = {}): Promise<FlowAnswer> {
  return world.client.get(`/connections/${connectionId}/explore?${new URLSearchParams(query)}`)
}

async function explored(query: Record<string, string> = {}): Promise<Answer> {
  const { status, body, text } = await explore(query)
  expect(status, text).toBe(200)
  return body
}

async function exploreTable(object: string, query: Record<string, string> = {}): Promise<Answer> {
  return explored({ objectType: 'table', object, ...query })
}

async function columnOfKinds(name: string): Promise<Answer> {
  const { schema } = await exploreTable('public.kinds')
  return schema.columns.find((column: Answer) => column.name === name)
}

statement(169, 'without a query the whole source is listed, as an array and nothing around it', async () => {
  const { status, body } = await world.client.get(`/connections/${connectionId}/explore`)
  expect([status, Array.isArray(body)]).toEqual([200, true])
  expect(body.map(({ path }: Answer) => path)).toContain('public.orders')
})

statement(
  170,
  'each item says what it is, how it is called, where it is and what can be done with it',
  async () => {
    for (const item of await explored()) {
      expect(item).toMatchObject({
        type: expect.any(String),
        name: expect.any(String),
        path: expect.any(String),
        canPreview: true,
        canFetchSchema: true,
      })
    }
  },
)

statement(171, 'tables are of type table and views of type view', async () => {
  const types = new Map((await explored()).map(({ path, type }: Answer) => [path, type]))
  expect([types.get('public.orders'), types.get('public.paid_orders')]).toEqual(['table', 'view'])
})

statement(172, 'the object type may be in upper or lower case', async () => {
  const lower = await explored({ objectType: 'root' })
  expect(lower.length).toBeGreaterThan(0)
  expect(await explored({ objectType: 'ROOT' })).toEqual(lower)
})

statement(173, 'name and path of an item are its schema and its table', async () => {
  const item = (await explored()).find(({ path }: Answer) => path === 'public.empty_orders')
  expect([item.name, item.path]).toEqual(['public.empty_orders', 'public.empty_orders'])
})

statement(174, 'a table answers with the format flat and its columns', async () => {
  const { format, schema } = await exploreTable('public.orders')
  expect([format, schema.columns.length]).toEqual(['flat', 6])
})

statement(175, 'columns come in the order of the table, with name, type and XDM type', async () => {
  const { schema } = await exploreTable('public.kinds')
  const names = 'z_text,a_bool,small,whole,big,single,twice,exact,day,moment,moment_tz,bytes,doc,tags'.split(
    ',',
  )
  expect(schema.columns.map(({ name }: Answer) => name)).toEqual(names)
  for (const column of schema.columns)
    expect(column).toMatchObject({ type: expect.any(String), xdm: { type: expect.any(String) } })
})

statement(176, 'a column of points in time has the XDM type date-time', async () => {
  for (const name of ['moment', 'moment_tz']) {
    expect(await columnOfKinds(name)).toMatchObject({
      type: 'string',
      'meta:xdmType': 'date-time',
      xdm: { type: 'string', format: 'date-time' },
    })
  }
})

statement(177, 'columns of whole numbers have the bounds of their type', async () => {
  const boundsOf = async (name: string) => {
    const { type, 'meta:xdmType': xdmType, xdm } = await columnOfKinds(name)
    expect([type, xdm.type]).toEqual(['integer', 'integer'])
    return [xdmType, xdm.minimum, xdm.maximum]
  }
  expect(await boundsOf('small')).toEqual(['short', -32768, 32767])
  expect(await boundsOf('whole')).toEqual(['int', -2147483648, 2147483647])
  expect(await boundsOf('big')).toEqual(['long', -9007199254740992, 9007199254740991])
})

statement(178, 'the other types are told as the type mapping says', async () => {
  const string = { type: 'string', xdm: { type: 'string' } }
  const number = { type: 'double', xdm: { type: 'number' }, 'meta:xdmType': 'number' }
  const expected = {
    z_text: string,
    doc: string,
    tags: string,
    bytes: string,
    a_bool: { type: 'boolean', xdm: { type: 'boolean' } },
    single: number,
    twice: number,
    exact: number,
    day: { type: 'string', xdm: { type: 'string', format: 'date' }, 'meta:xdmType': 'date' },
  }
  for (const [name, column] of Object.entries(expected))
    expect(await columnOfKinds(name)).toMatchObject(column)
})

statement(179, 'rows are only shown when they are asked for', async () => {
  expect(await exploreTable('public.orders')).not.toHaveProperty('data')
})

statement(
  180,
  'a preview has a row as an object by its columns, those without a value left out',
  async () => {
    const { data } = await exploreTable('public.kinds', { preview: 'true' })
    expect(data).toEqual([{ z_text: 'one', a_bool: true, whole: 1, moment: '2022-06-22T17:19:33' }, {}])
  },
)

statement(181, 'a preview has no more rows than are asked for', async () => {
  const { data } = await exploreTable('public.orders', { preview: 'True', previewCount: '3' })
  expect(data).toHaveLength(3)
})

statement(182, 'a filter in base64 narrows the rows of a preview', async () => {
  const [fieldName, value] = ['is_paid', true]
  const params = [
    { nodeType: 'fieldLookup', fieldName },
    { nodeType: 'literal', value },
  ]
  const filter = {
    type: 'PQL',
    format: 'pql/json',
    value: { nodeType: 'fnApply', fnName: '=', params },
  }
  for (const encoding of ['base64', 'base64url'] as const) {
    const filters = Buffer.from(JSON.stringify(filter)).toString(encoding)
    const { data } = await exploreTable('public.orders', { preview: 'true', filters })
    expect(data.map(({ id }: Answer) => id)).toEqual([1, 3, 5])
  }
})

statement(183, 'the path of a table with capitals, dots or quotes leads back to that table', async () => {
  const listed = (await explored()).filter(({ path }: Answer) => path.includes('Other Schema'))
  const found = []
  for (const { path } of listed) {
    const { data } = await exploreTable(path, { preview: 'true' })
    found.push(data[0].name)
    const body = await world.sourceBody({ params: { tableName: path } })
    const { status, text } = await world.client.post('/sourceConnections', body)
    expect(status, text).toBe(201)
  }
  expect(found.sort()).toEqual(NASTY.toSorted())
})

statement(184, 'a table without a name is 400, one that does not exist 404', async () => {
  const missing = await explore({ objectType: 'table' })
  expect([missing.status, missing.body.status]).toEqual([400, 400])
  const unknown = await explore({ objectType: 'table', object: 'public.nosuch' })
  expect([unknown.status, unknown.body.status]).toEqual([404, 404])
  expect(unknown.body.errorMessage).toContain('nosuch')
})

statement(
  185,
  'a source that cannot be reached is an error of the request, without a secret in it',
  async () => {
    const { user, password } = world.source
    for (const changes of [{ password: 'wrong-canary' }, { port: '1' }, { server: 'no.such.host.invalid' }]) {
      const params = world.basicParams(changes)
      const { id } = await world.makeConnection({ auth: { specName: 'Basic Authentication', params } })
      const { status, body, text } = await world.client.get(`/connections/${id}/explore`)
      expect(status, text).toBeGreaterThanOrEqual(400)
      expect(status, text).toBeLessThan(500)
      expect(body.errorMessage.length).toBeGreaterThan(20)
      expect(text).not.toContain('wrong-canary')
      if (password !== '' && password !== user) expect(text).not.toContain(password)
    }
  },
)

statement(186, 'exploring reads in a read-only transaction, in which nothing can be written', async () => {
  const { data } = await exploreTable('public.read_only', { preview: 'true' })
  expect(data).toEqual([{ setting: 'on' }])
  const { status, body } = await explore({ objectType: 'table', object: 'public.writing', preview: 'true' })
  expect([status, body.errorMessage]).toEqual([400, expect.stringContaining('read-only')])
  expect((await world.source.query('select from written')).rowCount).toBe(0)
})
