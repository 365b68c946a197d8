import { AREAS, PERMISSIONS, type Permission } from '@headwater/server/http/permissions.ts'
import type { Answer, ApiClient, ApiResponse } from '@headwater/testkit/api-client.ts'
import { FLOW } from '@headwater/testkit/journey.ts'
import { type ListedOperation, listOperations } from '@headwater/testkit/openapi/walk-document.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { World } from '../conformance/world.ts'
import type { Bodies } from '../fuzz/bodies.ts'
import { askFor, bodyOf, openTenants } from './tenant-world.ts'
import { look, type Target, textsOf } from './tenants.ts'

/** Every operation that the document lists, asked for by those who must not have what it is about. */
let world: World
let owner: ApiClient
let targets: readonly Target[]
let bodies: Bodies
let documented: readonly ListedOperation[]

beforeAll(async () => {
  ;({ world, owner, targets, bodies } = await openTenants())
  documented = listOperations(await (await fetch(`${world.server.url}/docs/json`)).json())
}, 60_000)
afterAll(async () => world?.[Symbol.asyncDispose]())

function ask(client: ApiClient, { operation }: Target, path: string): Promise<ApiResponse> {
  return askFor(client, { operation, path, bodies })
}

/** What the owner is told by every GET, by its path. */
async function readAll(client: ApiClient): Promise<ReadonlyMap<string, Answer>> {
  const paths = new Set(
    targets.filter(({ operation }) => operation.method === 'GET').flatMap((it) => it.existing),
  )
  const answers = await Promise.all(
    [...paths].map(async (path) => [path, (await look(client, path)).body] as const),
  )
  return new Map(answers)
}

/** What changes by itself: times of reading, and deliveries that are tried again. */
const RESTLESS = /\/(deliveries|test|explore|preview)(\/|$|\?)|\/stats$|observability|^\/monitoring/

/**
 * Asks for all that the owner has, by every operation, and expects what somebody gets who asks for nothing that there
 * is: no text of the owner's, no fault, and nothing that has changed for the owner.
 */
async function expectNothingOf(stranger: ApiClient): Promise<void> {
  const before = await readAll(owner)
  const own = textsOf([...(await readAll(stranger)).values()].map((body) => body))
  const secrets = [...textsOf([...before.values()])].filter((text) => !own.has(text) && isTelling(text))
  expect(secrets.length).toBeGreaterThan(50)
  const faults: string[] = []
  let triedCount = 0
  // What they have said themselves is no secret.
  let sent = JSON.stringify(stranger.credentials)
  for (const target of targets) {
    const { operation, nobody } = target
    for (const path of target.existing) {
      // What the stranger has, too, is not the owner's: specs that come with the server, sandboxes of the same tenant.
      if (nobody !== undefined && (await isShared(stranger, path, target))) continue
      triedCount += 1
      const answer = await ask(stranger, target, path)
      const expected = nobody === undefined ? undefined : await ask(stranger, target, nobody)
      const told = JSON.stringify(answer.body ?? '')
      sent +=
        path +
        decodeURIComponent(path) +
        JSON.stringify(bodyOf(operation, bodies).body ?? '').replaceAll('\\', '')
      const leaked = secrets.filter((secret) => isWordOf(told, secret) && !sent.includes(secret))
      const what = `${operation.method} ${path}`
      if (leaked.length > 0) faults.push(`${what} tells ${leaked.slice(0, 3).join(' | ')}`)
      if (answer.status >= 500) faults.push(`${what} is a ${answer.status}`)
      if (expected !== undefined && answer.status !== expected.status)
        faults.push(
          `${what} is a ${answer.status}, of nothing it is a ${expected.status}: ${told.slice(0, 200)}`,
        )
      if (expected !== undefined && expected.status < 400)
        faults.push(`${what} of nothing is a ${expected.status}`)
    }
  }
  expect(faults).toEqual([])
  expect(triedCount).toBeGreaterThan(100)
  const after = await readAll(owner)
  for (const [path, body] of before)
    if (!RESTLESS.test(path) && !isShownToBoth(stranger, path))
      expect([path, after.get(path)]).toEqual([path, body])
}

/** The sandboxes of an organisation are a list of all who work in any of them. */
function isShownToBoth(stranger: ApiClient, path: string): boolean {
  const isSameOrg = stranger.credentials.ims_org === owner.credentials.ims_org
  return isSameOrg && /sandbox-management(\/sandboxes)?$/.test(path)
}

/** True when the text stands there by itself, and not as a part of another word. */
function isWordOf(told: string, text: string): boolean {
  return told.includes(text) && new RegExp(`(?<!\\w)${RegExp.escape(text)}(?!\\w)`).test(told)
}

const WORDS_OF_THE_API = /^(application\/|https?:\/\/(ns\.adobe|json-schema|127)|\d{4}-\d\d-\d\dT)/

/** Words of the API itself are nobody's, and neither is the machine. */
function isTelling(text: string): boolean {
  return /\d/.test(text) && text !== world.source.host && !WORDS_OF_THE_API.test(text)
}

async function isShared(stranger: ApiClient, path: string, { operation }: Target): Promise<boolean> {
  const at = operation.path.indexOf('}')
  const depth = operation.path.slice(0, at).split('/').length
  const item = path.split('/').slice(0, depth).join('/')
  const rest = operation.path.slice(at + 1)
  const answers = await Promise.all([
    look(stranger, item),
    look(stranger, item + (rest.includes('{') ? '' : rest)),
  ])
  return answers.some(({ status }) => status < 300)
}

test('there is something to ask for by every operation', () => {
  const empty = targets.filter(({ existing }) => existing.length === 0)
  // Behaviours are words of the platform; none of them is a tenant's.
  expect(empty.map(({ operation }) => operation.operationId)).toEqual(['get_behaviors'])
})

test('another organisation gets nothing by any operation', async () => {
  await world.server.createOrganisation('stranger')
  await expectNothingOf(await world.server.createClient({ org: 'stranger' }))
}, 120_000)

test('an administrator of another organisation gets nothing by any operation', async () => {
  await world.server.createOrganisation('stranger2')
  await expectNothingOf(await world.server.createClient({ org: 'stranger2', isAdmin: true }))
}, 120_000)

test('another sandbox gets nothing by any operation', async () => {
  const other = await world.openSandbox()
  const stranger = owner.in(String(other.headers['x-sandbox-name']))
  await expectNothingOf(stranger)
}, 120_000)

test('a sandbox that there is not is refused by every operation that works in one', async () => {
  const lost = owner.in('nowhere')
  for (const target of targets) {
    const { operation, nobody } = target
    if (operation.path.startsWith('/data/foundation/sandbox-management')) continue
    const answer = await ask(lost, target, nobody ?? operation.path)
    expect([operation.operationId, [401, 403, 404].includes(answer.status)]).toEqual([
      operation.operationId,
      true,
    ])
    if (operation.method !== 'HEAD')
      expect([operation.operationId, JSON.stringify(answer.body)]).toEqual([
        operation.operationId,
        expect.stringContaining('nowhere'),
      ])
  }
})

/** What a client is told that lacks a permission. */
const DENIED = /does not hold the permission/

/** Clients that hold these permissions and no other. */
function createHolder(permissions: readonly Permission[], sandboxes?: readonly string[]): Promise<ApiClient> {
  return world.server.createClient({ permissions, sandboxes })
}

function permissionOf({ operation }: Target): Permission | undefined {
  return documented.find(({ id }) => id === operation.operationId)?.operation['x-permission']
}

function furtherPermissionsOf({ operation }: Target): readonly Permission[] {
  return documented.find(({ id }) => id === operation.operationId)?.operation['x-also-needs'] ?? []
}

/** The most that one can hold without a permission. */
function allBut(permission: Permission): readonly Permission[] {
  const [action, area] = permission.split(' ')
  return PERMISSIONS.filter((held) => {
    const [, ofArea] = held.split(' ')
    return ofArea !== area || (action === 'Manage' && held.startsWith('View'))
  })
}

async function expectDenied(client: ApiClient, target: Target, permission: Permission): Promise<void> {
  const { operationId, method } = target.operation
  for (const path of [
    ...target.existing.slice(0, 1),
    ...(target.nobody === undefined ? [] : [target.nobody]),
  ]) {
    const answer = await ask(client, target, path)
    expect([operationId, answer.status]).toEqual([operationId, 403])
    if (method === 'HEAD') continue
    const told = JSON.stringify(answer.body)
    expect([operationId, told]).toEqual([operationId, expect.stringMatching(DENIED)])
    expect([operationId, told]).toEqual([operationId, expect.stringContaining(permission)])
  }
}

for (const permission of PERMISSIONS) {
  test(`what needs "${permission}" is refused without it, and not with it alone`, async () => {
    const without = await createHolder(allBut(permission))
    const holder = await createHolder([permission])
    const needing = targets.filter((target) => permissionOf(target) === permission)
    expect(needing.length).toBeGreaterThan(0)
    for (const target of needing) {
      await expectDenied(without, target, permission)
      const further = furtherPermissionsOf(target)
      for (const other of further) await expectDenied(await createHolder(allBut(other)), target, other)
      const enough = further.length === 0 ? holder : await createHolder([permission, ...further])
      const answer = await ask(enough, target, target.nobody ?? target.operation.path)
      const { operationId } = target.operation
      expect([operationId, DENIED.test(JSON.stringify(answer.body ?? ''))]).toEqual([operationId, false])
      expect([operationId, answer.status < 500]).toEqual([operationId, true])
    }
  })
}

test('who may manage may view, and nothing else', async () => {
  for (const area of AREAS) {
    const manager = await createHolder([`Manage ${area}`])
    for (const target of targets) {
      const permission = permissionOf(target)
      if (permission === undefined || target.operation.method !== 'GET') continue
      const answer = await ask(manager, target, target.nobody ?? target.operation.path)
      const isDenied = DENIED.test(JSON.stringify(answer.body ?? ''))
      expect([permission, target.operation.operationId, isDenied]).toEqual([
        permission,
        target.operation.operationId,
        permission !== `View ${area}`,
      ])
    }
  }
})

test('permissions in one sandbox are of no use in another', async () => {
  const other = String((await world.openSandbox()).headers['x-sandbox-name'])
  const client = await createHolder([], [other])
  for (const target of targets) {
    const permission = permissionOf(target)
    if (permission === undefined || target.operation.operationId === 'listSandboxes') continue
    await expectDenied(client, target, permission)
  }
  const inside = client.in(other)
  expect((await inside.get(`${FLOW}/flows`)).status).toBe(200)
  expect((await inside.get('/data/foundation/catalog/dataSets')).status).toBe(200)
  const { body } = await client.get('/data/foundation/sandbox-management/sandboxes')
  expect(body.sandboxes.map(({ name }: Answer) => name)).toEqual([other])
  const active = await client.get('/data/foundation/sandbox-management/')
  expect(active.body.sandboxes.map(({ name }: Answer) => name)).toEqual([other])
  // The search over several sandboxes asks for each of them.
  const prod = (await owner.get('/data/foundation/sandbox-management/sandboxes/prod')).body.id
  const search = await inside.post(`${FLOW}/flows/search`, {}, { headers: { 'x-active-sandbox-ids': prod } })
  expect(search).toMatchObject({ status: 403, body: { type: expect.stringContaining('FLOW-2121-403') } })
})

/**
 * Operations that every client of the organisation may use, or everybody: words of the API, the way in, and what tells
 * each client of the areas that it may view, and refuses those that may view none.
 */
const OPEN_TO_CLIENTS = [
  'getIcebergConfig',
  'listActiveSandboxes',
  'listAuditEntries',
  'listEvents',
  'listMappingFunctions',
  'listMappingOperators',
  'listSandboxTypes',
]
const OPEN_TO_ALL = /^(createToken_v\d|createIcebergToken|exchangeJwt|listTokenKeys|isAlive|isReady)$/

test('all operations need a permission but for a few that give nothing away', () => {
  const open = documented.filter(({ operation }) => operation['x-permission'] === undefined)
  const [toAll, toClients] = [
    open.filter(({ operation }) => operation.security?.length === 0),
    open.filter(({ operation }) => operation.security === undefined),
  ]
  expect(toAll.filter(({ id }) => !OPEN_TO_ALL.test(id)).map(({ id }) => id)).toEqual([])
  expect(toClients.map(({ id }) => id).sort()).toEqual(OPEN_TO_CLIENTS)
})
