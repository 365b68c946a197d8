import type { FlowCode } from '#services/flow-service/problems.ts'
import {
  ADMIN,
  type Answer,
  type CallOptions,
  type FlowTestService,
  flowBody,
  LAKE,
  POSTGRES,
  SANDBOXES,
  VIEWER,
} from './flow-test-service.ts'

/** What the requests of {@link ERROR_CASES} speak of; all of it is there before the first. */
export interface ErrorWorld {
  readonly service: FlowTestService
  /** Makes the next question for a dataset meet a metadata database that is away. */
  readonly loseStore: () => void
  /** Makes the next question to the source fail in a way that no rule foresees. */
  readonly breakSource: () => void
  readonly base: string
  readonly source: string
  readonly target: string
  readonly flow: string
  readonly run: string
}

/** A request that is answered with the code that it stands for. */
export type ErrorCase = (world: ErrorWorld) => Promise<Answer>

type Method = Parameters<FlowTestService['call']>[0]

const UNKNOWN = '00000000-0000-4000-8000-000000000000'
const NEW_SPEC = { name: 'a spec', providerId: '0ed90a81-07f4-4586-8190-b40eccef1c5a' }

function send(
  method: Method,
  url: string | ((world: ErrorWorld) => string),
  options: CallOptions = {},
): ErrorCase {
  return (world) => world.service.call(method, typeof url === 'string' ? url : url(world), options)
}

const get = (
  url: string | ((world: ErrorWorld) => string),
  headers: CallOptions['headers'] = {},
): ErrorCase => send('GET', url, { headers })

/** An action on the flow. */
const act = (query: string, options: CallOptions = {}): ErrorCase =>
  send('POST', ({ flow }) => `/flows/${flow}/action?${query}`, options)

const patchFlow = (body: unknown, headers: CallOptions['headers'] = { 'if-match': '*' }): ErrorCase =>
  send('PATCH', ({ flow }) => `/flows/${flow}`, { body, headers })

const putRun = (body: unknown, headers: CallOptions['headers'] = {}): ErrorCase =>
  send('PUT', ({ run }) => `/runs/${run}`, { body, headers: { ...ADMIN, 'if-match': '*', ...headers } })

const newFlow =
  (changes: Record<string, unknown>): ErrorCase =>
  ({ service, source, target }) =>
    service.call('POST', '/flows', { body: flowBody({ source, target }, changes) })

const withMapping = (params: Record<string, unknown>): ErrorCase =>
  newFlow({ transformations: [{ name: 'Mapping', params }] })

/** As long as the request takes, the server is strict. */
const strict =
  (request: ErrorCase): ErrorCase =>
  async (world) => {
    world.service.world.strict = true
    try {
      return await request(world)
    } finally {
      world.service.world.strict = false
    }
  }

const unscoped: CallOptions['headers'] = { 'x-sandbox-name': undefined }

/** For each code of the catalogue one request that leads to it. */
export const ERROR_CASES: Readonly<Record<FlowCode, ErrorCase>> = {
  '1100-400': send('POST', '/connections', { body: { connectionSpec: POSTGRES } }),
  '1101-404': get(({ base }) => `/connections/${base}/explore?objectType=table&object=public.nosuch`),
  '1103-503': async (world) => {
    world.loseStore()
    const body = { connectionSpec: LAKE, params: { dataSetId: 'any' } }
    return send('POST', '/targetConnections', { body })(world)
  },
  '1400-500': async (world) => {
    world.breakSource()
    return get(({ base }) => `/connections/${base}/explore?objectType=table&object=public.orders`)(world)
  },
  '1401-400': get('/flows?limit=1&count=true'),
  '1402-400': act('op=FINALIZE'),
  '1403-400': patchFlow([{ op: 'replace', path: '/name', value: 'x' }], {}),
  '1404-412': send('DELETE', ({ flow }) => `/flows/${flow}`, { headers: { 'if-match': '"other"' } }),
  '1405-400': send('POST', '/flows'),
  '1406-400': act('op=disable&subOp=PROGRESS&subOp=APPLY'),
  '1407-400': act('op=disable&subOp=PROGRESS', { body: { status: { value: 'FAILED' } } }),
  '1408-400': act('op=disable', { body: { percentCompleted: 50, status: { value: 'COMPLETED' } } }),
  '1409-400': act('op=FINALIZE_UPDATE&subOp=APPLY', { headers: ADMIN }),
  '1410-400': newFlow({ state: 'enabled' }),
  '1411-400': newFlow({ sourceConnectionIds: ['sourceConnections/123'] }),
  '1412-400': withMapping({ mappingId: 'b6b0e5f4a6d84a1f9c0f6b7c8d9e0f10', mappingVersion: 7 }),
  '1413-400': newFlow({ flowSpec: { id: UNKNOWN } }),
  '1414-400': send('PATCH', ({ base }) => `/connections/${base}`, {
    body: [{ op: 'replace', path: '/connectionSpec/id', value: LAKE.id }],
    headers: { 'if-match': '*' },
  }),
  '1415-400': send('POST', '/connections', {
    body: { name: 'x', connectionSpec: POSTGRES, auth: { specName: 'Kerberos', params: {} } },
  }),
  '1418-400': send('DELETE', ({ base }) => `/connections/${base}`),
  '1419-400': withMapping({ mappingId: '00000000000000000000000000000000', mappingVersion: 0 }),
  '1422-400': act('op=publish'),
  '1423-400': get('/connectionSpecs?property=nosuch==1'),
  '1424-400': send('POST', '/flows/search', {
    body: { orderby: 'name' },
    headers: { 'x-active-sandbox-ids': SANDBOXES.dev.id },
  }),
  '1425-400': async (world) => {
    const { world: neighbours } = world.service
    const { mappingSchema } = neighbours
    neighbours.mappingSchema = 'https://ns.adobe.com/acme/schemas/0002'
    try {
      return await newFlow({})(world)
    } finally {
      neighbours.mappingSchema = mappingSchema
    }
  },
  '1426-400': send('POST', '/connectionSpecs', { body: NEW_SPEC }),
  '1427-400': send('PUT', ({ run }) => `/runs/${run}`, { body: {}, headers: { 'if-match': '*' } }),
  '1428-400': putRun({ predecessors: [{ flowRunId: UNKNOWN }] }),
  '1429-400': async (world) => {
    const other = await world.service.call('POST', '/runs', { body: { flowId: world.flow } })
    return putRun({ predecessors: [{ flowRunId: other.body.id, flowId: UNKNOWN }] })(world)
  },
  '1430-400': send('POST', '/runs', { body: { flowId: UNKNOWN } }),
  '1431-400': patchFlow([{ op: 'add', path: '/policy', value: { fields: [] } }]),
  '1432-400': get('/flows?orderby=*name'),
  '1433-400': get('/flows?orderby=nosuch'),
  '1434-400': act('op=explode'),
  '1435-400': act('op=disable&subOp=REVERSE'),
  '1436-400': act('op=enable&subOp=PROGRESS'),
  '1437-400': act('op=disable', { body: { status: { value: 'STARTED' } } }),
  '1438-400': get('/flows?property=average(createdAt)==1'),
  '1439-404': get(`/flows/${UNKNOWN}`),
  '1440-400': get('/flows?property=name~x'),
  '1441-400': get('/flows?property=max(createdAt)'),
  '1442-400': get('/flows?property=count(id)>1'),
  '1443-400': get('/flows?property=createdAt>1,2'),
  '1446-400': send('POST', '/runs', { body: { flowId: '' } }),
  '1447-400': send('DELETE', ({ source }) => `/sourceConnections/${source}`),
  '1448-400': get('/flows?property=id>=x'),
  '1449-400': get('/flows?property=nosuch==1'),
  '1450-400': get('/flows?property=name!>x'),
  '1451-400': strict(get('/flows?testParam=1')),
  '1452-400': get('/flows?limit=0'),
  '1453-400': get('/flows?property=createdAt=='),
  '1454-400': get('/flows?property=attributes==x'),
  '1455-400': patchFlow([{ op: 'replace', path: '/nosuch', value: 1 }]),
  '2001-401': get('/flows', { 'x-gw-ims-org-id': '' }),
  '2100-404': get('/flows', { 'x-sandbox-name': 'nosuch' }),
  '2103-404': get('/flows', { 'x-sandbox-id': SANDBOXES.dev.id }),
  '2105-400': strict(get('/flows', unscoped)),
  '2106-404': async (world) => {
    const setDefault = (is_default: boolean) =>
      world.service.db
        .updateTable('sandbox')
        .set({ is_default })
        .where('id', '=', SANDBOXES.prod.id)
        .execute()
    await setDefault(false)
    try {
      return await get('/flows', unscoped)(world)
    } finally {
      await setDefault(true)
    }
  },
  '2110-400': strict(get('/flows', { 'x-sandbox-id': SANDBOXES.prod.id })),
  '2111-403': get('/flows', { 'x-sandbox-name': '*' }),
  '2112-400': get('/flows', { ...ADMIN, 'x-sandbox-name': '*' }),
  '2113-400': get('/flows', { ...ADMIN, 'x-sandbox-name': '*', 'x-sandbox-id': '*' }),
  '2121-403': send('POST', '/flows', { body: {}, headers: VIEWER }),
}
