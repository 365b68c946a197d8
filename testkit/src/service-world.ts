import { type App, createApp } from '@headwater/server/http/app.ts'
import { ALL_GRANTS } from '@headwater/server/http/permissions.ts'
import type { CommonGateway } from '@headwater/server/http/plugins/gateway.ts'
import { ADMIN_SCOPE, type Scope } from '@headwater/server/http/scope.ts'
import { type Database, openDatabase, openPool } from '@headwater/server/store/database.ts'
import type { LightMyRequestResponse } from 'fastify'
import pino from 'pino'
import { expect } from 'vitest'
import { createMetadataDatabase } from './metadata-database.ts'
import { ApiDescription } from './openapi/api-description.ts'
import { exchangeOf, expectDescribed } from './openapi/expect-described.ts'
import type { TestDatabase } from './test-database.ts'

export const ORG = '4F3BB22C5631222A7F000101@AdobeOrg'
export const PROD = 'a1b2c3d4-0000-4000-8000-000000000001'
export const DEV = 'a1b2c3d4-0000-4000-8000-000000000002'
export const USER = '0123456789ABCDEF01234567@techacct.adobe.com'

/** The scope of a request that {@link ServiceWorld.call} sends. */
export const SCOPE: Scope = {
  orgId: ORG,
  tenantId: 'acme',
  sandbox: { id: PROD, name: 'prod', type: 'production' },
  clientId: 'client',
  userId: USER,
  isAdmin: false,
  grants: ALL_GRANTS,
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD'

export interface CallOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** One service on a database of its own, with the sandboxes `prod` and `dev` of one organisation. */
export interface ServiceWorld extends AsyncDisposable {
  readonly app: App
  readonly db: Database
  readonly testDatabase: TestDatabase
  /** Sends a request to the sandbox `prod` unless a header says otherwise. */
  inject(method: Method, url: string, options?: CallOptions): Promise<LightMyRequestResponse>
  /** The same, answer read as JSON. */
  call(
    method: Method,
    url: string,
    options?: CallOptions,
    // biome-ignore lint/suspicious/noExplicitAny: answers of every shape are looked into
  ): Promise<{ status: number; headers: Record<string, unknown>; body: any }>
}

export interface WorldParts {
  readonly db: Database
  readonly gateway: CommonGateway
}

/** Opens a world and lets `register` put its service on the app. */
export async function openServiceWorld(
  register: (app: App, parts: WorldParts) => Promise<void>,
): Promise<ServiceWorld> {
  const testDatabase = await createMetadataDatabase()
  const db = openDatabase(openPool({ url: testDatabase.url }, { max: 4 }))
  await seedSandboxes(db)
  const app = await createApp({ log: pino({ level: 'silent' }), version: 'test' })
  await register(app, { db, gateway: GATEWAY })
  await app.ready()
  const description = new ApiDescription(app.swagger())
  const inject: ServiceWorld['inject'] = async (method, url, { body, headers } = {}) => {
    const response = await app.inject({
      method,
      url,
      headers: {
        ...HEADERS,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    })
    expectDescribed(description, exchangeOf(method, url, response))
    return response
  }
  return {
    app,
    db,
    testDatabase,
    inject,
    async call(method, url, options) {
      const response = await inject(method, url, options)
      return {
        status: response.statusCode,
        headers: response.headers,
        body: response.body === '' ? undefined : response.json(),
      }
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await db.destroy()
      await testDatabase.drop()
    },
  }
}

/** Fails with the answer in its message when the status is another. */
export function expectStatus({ status, body }: { status: number; body: unknown }, expected: number): void {
  expect(status, JSON.stringify(body)).toBe(expected)
}

const HEADERS = {
  authorization: 'Bearer valid',
  'x-api-key': 'client',
  'x-gw-ims-org-id': ORG,
  'x-sandbox-name': 'prod',
}

const SANDBOXES: ReadonlyMap<string, string> = new Map([
  ['prod', PROD],
  ['dev', DEV],
])

/** Headers that make {@link ServiceWorld.call} speak for an administrator. */
export const ADMIN = { authorization: 'Bearer admin', 'x-api-key': 'admin' } as const

const CLIENT_OF_TOKEN: ReadonlyMap<string, string> = new Map([
  ['valid', 'client'],
  ['admin', 'admin'],
])

const GATEWAY: WorldParts['gateway'] = {
  verifyToken: async (token) => {
    const clientId = CLIENT_OF_TOKEN.get(token)
    return clientId === undefined ? undefined : { clientId, orgId: ORG }
  },
  findClient: async (id) => {
    if (id !== 'client' && id !== 'admin') return undefined
    const scopes = id === 'admin' ? [ADMIN_SCOPE] : []
    return { id, orgId: ORG, tenantId: 'acme', userId: USER, scopes, grants: ALL_GRANTS }
  },
  findSandbox: async (_orgId, { name = 'prod' }) => {
    const id = SANDBOXES.get(name)
    return id === undefined ? undefined : { id, name, type: 'production' }
  },
}

/** An organisation with the sandboxes `prod` and `dev`. */
export async function seedSandboxes(db: Database): Promise<void> {
  await db.insertInto('org').values({ id: ORG, tenant_id: 'acme', created_at: 1 }).execute()
  const common = { org_id: ORG, type: 'production', state: 'active', region: 'local' } as const
  const audit = { created_at: 1, updated_at: 1, created_by: USER, updated_by: USER }
  for (const [name, id] of SANDBOXES) {
    const sandbox = { ...common, ...audit, id, name, title: name, is_default: name === 'prod' }
    await db.insertInto('sandbox').values(sandbox).execute()
  }
}
