import type { FlowAnswer } from './flow-client.ts'
import { NOBODY } from './kinds.ts'
import type { World } from './world.ts'

/** A request that the service refuses, and the code that it does it with. */
export interface Refusal {
  readonly code: string
  readonly answer: FlowAnswer
}

/** One refusal of every sort that can be had without waiting: of headers, paths, queries, bodies and versions. */
export async function provokeRefusals(world: World): Promise<readonly Refusal[]> {
  const { client } = world
  const { id, etag } = await world.makeConnection()
  const connection = `/connections/${id}`
  const renaming = [{ op: 'replace', path: '/name', value: 'x' }]
  const wanted: readonly (readonly [string, Promise<FlowAnswer>])[] = [
    ['1401-400', client.get('/flows?limit=5&count=true')],
    ['1403-400', client.patch(connection, renaming)],
    ['1404-412', client.patch(connection, renaming, '"stale"')],
    ['1405-400', client.post('/connections')],
    ['1410-400', client.post('/flows', await world.flowBody({ state: 'enabled' }))],
    ['1413-400', client.post('/connections', world.connectionBody({ connectionSpec: { id: NOBODY } }))],
    ['1414-400', client.patch(connection, [{ ...renaming[0], path: '/connectionSpec/id' }], etag)],
    ['1415-400', client.post('/connections', world.connectionBody({ auth: { specName: 'x', params: {} } }))],
    ['1430-400', client.post('/runs', { flowId: NOBODY })],
    ['1432-400', client.get('/flows?orderby=*name')],
    ['1433-400', client.get('/flows?orderby=nosuchfield')],
    ['1434-400', client.patch(connection, [{ op: 'move', from: '/name', path: '/description' }], etag)],
    ['1439-404', client.get(`/flows/${NOBODY}`)],
    ['1439-404', client.delete(`/targetConnections/${NOBODY}`)],
    ['1440-400', client.get('/connections?property=name~x')],
    ['1446-400', client.post('/runs', {})],
    ['1449-400', client.get('/runs?property=nosuch==1')],
    ['1452-400', client.get('/sourceConnections?limit=abc')],
    ['1455-400', client.patch(connection, [{ ...renaming[0], path: '/createdAt' }], etag)],
    ['1100-400', client.post('/connections', world.connectionBody({ name: 7 }))],
    ['1100-400', client.post('/connections', '{"name": ')],
    ['2100-404', client.with({ 'x-sandbox-name': 'nowhere' }).get('/flows')],
  ]
  return Promise.all(wanted.map(async ([code, answer]) => ({ code, answer: await answer })))
}
