import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import {
  ChangingSandbox,
  CreateSandboxBody,
  NewSandbox,
  PatchSandboxBody,
  ResetSandboxBody,
  Sandbox,
  SandboxChangeQuery,
  SandboxList,
  SandboxListQuery,
  SandboxName,
  SandboxTypeList,
} from '@headwater/contract/sandboxes.ts'
import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify'
import { describeBodies, requireObjects } from '#http/describe-only.ts'
import { writeErrors } from '#http/error-writer.ts'
import type { Place } from '#http/permissions.ts'
import { type CommonGateway, guardRoutes } from '#http/plugins/gateway.ts'
import type { Database } from '#store/database.ts'
import { deleteSandbox, resetSandbox } from './change-sandbox.ts'
import { createSandbox } from './create-sandbox.ts'
import { getSandbox } from './get-sandbox.ts'
import { type ListRequest, listSandboxes } from './list-sandboxes.ts'
import { patchSandbox } from './patch-sandbox.ts'
import { SANDBOX_DENIAL, SANDBOX_ERRORS, SANDBOX_FAMILY, sandboxNotFound } from './problems.ts'
import type { SandboxReader } from './sandbox-reader.ts'

export interface SandboxDependencies {
  readonly db: Database
  readonly reader: SandboxReader
  readonly now: () => number
  /** There is a sandbox to be emptied. */
  readonly onChange: () => void
  readonly gateway: CommonGateway
}

/** `/data/foundation/sandbox-management`: the spaces of an organisation. */
export async function registerSandboxes(app: FastifyInstance, deps: SandboxDependencies): Promise<void> {
  await app.register(
    async (plugin) => {
      describeBodies(plugin)
      requireObjects(plugin)
      writeErrors(plugin, SANDBOX_FAMILY)
      // These routes stand above the sandboxes, so x-sandbox-name plays no part here.
      guardRoutes(plugin, {
        ...deps.gateway,
        findSandbox: (orgId) => deps.reader.findDefault(orgId),
        sandboxNotFound,
        area: 'Sandboxes',
        denial: SANDBOX_DENIAL,
        placeOf: (request) => placeOf(request, deps.reader),
      })
      addRoutes(plugin, deps)
    },
    { prefix: '/data/foundation/sandbox-management' },
  )
}

function addRoutes(plugin: FastifyInstance, deps: SandboxDependencies): void {
  const api = plugin.withTypeProvider<TypeBoxTypeProvider>()
  api.get('/', { schema: SCHEMAS.listActive }, (request) =>
    listSandboxes(deps.reader, { ...listOf(request), query: request.query, activeOnly: true }),
  )
  api.get('/sandboxTypes', { schema: SCHEMAS.listTypes }, async () => ({ sandboxTypes: [...TYPES] }))
  api.get('/sandboxes', { schema: SCHEMAS.list }, (request) =>
    listSandboxes(deps.reader, { ...listOf(request), query: request.query }),
  )
  api.get('/sandboxes/:name', { schema: SCHEMAS.get }, (request) =>
    getSandbox(deps.reader, request.scope.orgId, request.params.name),
  )
  api.post('/sandboxes', { schema: SCHEMAS.create }, async (request, reply) =>
    reply.code(202).send(await createSandbox(deps, request.scope, request.body)),
  )
  api.patch('/sandboxes/:name', { schema: SCHEMAS.patch }, (request) =>
    patchSandbox(deps, request.scope, request.params.name, request.body),
  )
  api.put('/sandboxes/:name', { schema: SCHEMAS.reset }, async ({ scope, params, body, query }, reply) =>
    reply.code(202).send(await resetSandbox(deps, scope, { name: params.name, body, query })),
  )
  api.delete('/sandboxes/:name', { schema: SCHEMAS.remove }, async ({ scope, params, query }, reply) =>
    reply.code(202).send(await deleteSandbox(deps, scope, { name: params.name, query })),
  )
}

/** Whoever asks for one has to hold the permission in it; a new one is none yet, so it takes all of them. */
async function placeOf(request: FastifyRequest, reader: SandboxReader): Promise<Place> {
  const { name } = request.params as { readonly name?: string }
  if (name === undefined) return request.method === 'POST' ? 'everywhere' : 'anywhere'
  const sandbox = await reader.findByName(request.scope.orgId, name)
  return sandbox === undefined ? 'everywhere' : { sandboxId: sandbox.id }
}

const TYPES = [
  { id: 'production', title: 'Production' },
  { id: 'development', title: 'Development' },
] as const

function listOf(request: FastifyRequest): Omit<ListRequest, 'query'> {
  const path = request.url.split('?')[0] ?? ''
  const { orgId, grants } = request.scope
  return { orgId, grants, url: `${request.protocol}://${request.host}${path}` }
}

const TAGS = ['Sandboxes']

const SCHEMAS = {
  listActive: {
    tags: TAGS,
    summary: 'List the active sandboxes',
    operationId: 'listActiveSandboxes',
    permission: 'none',
    querystring: SandboxListQuery,
    response: { 200: SandboxList },
  },
  listTypes: {
    tags: TAGS,
    summary: 'List the types that a sandbox can have',
    operationId: 'listSandboxTypes',
    permission: 'none',
    response: { 200: SandboxTypeList },
  },
  list: {
    tags: TAGS,
    summary: 'List all sandboxes, whatever their state',
    operationId: 'listSandboxes',
    querystring: SandboxListQuery,
    response: { 200: SandboxList },
  },
  get: {
    tags: TAGS,
    summary: 'Look up a sandbox',
    operationId: 'getSandbox',
    errors: [SANDBOX_ERRORS['SMS-1001-404']],
    params: SandboxName,
    response: { 200: Sandbox },
  },
  create: {
    tags: TAGS,
    summary: 'Make a sandbox',
    operationId: 'createSandbox',
    errors: [SANDBOX_ERRORS['SMS-1002-409']],
    body: CreateSandboxBody,
    response: { 202: NewSandbox },
  },
  patch: {
    tags: TAGS,
    summary: 'Change the title of a sandbox',
    operationId: 'patchSandbox',
    errors: [SANDBOX_ERRORS['SMS-1001-404'], SANDBOX_ERRORS['SMS-1006-400']],
    params: SandboxName,
    body: PatchSandboxBody,
    response: { 200: Sandbox },
  },
  reset: {
    tags: TAGS,
    summary: 'Empty a sandbox',
    description:
      'Flows and runs in it are stopped, and everything in it goes: connections, flows, schemas, datasets and their files. It is `active` again when that is done.',
    operationId: 'resetSandbox',
    errors: [SANDBOX_ERRORS['SMS-1001-404'], SANDBOX_ERRORS['SMS-1006-400']],
    params: SandboxName,
    querystring: SandboxChangeQuery,
    body: ResetSandboxBody,
    response: { 202: ChangingSandbox },
  },
  remove: {
    tags: TAGS,
    summary: 'Delete a sandbox with everything in it',
    description:
      'It is `deleting` until all of it is gone, and `deleted` from then on. Its name is free for a new one then.',
    operationId: 'deleteSandbox',
    errors: [SANDBOX_ERRORS['SMS-1001-404'], SANDBOX_ERRORS['SMS-1005-400'], SANDBOX_ERRORS['SMS-1006-400']],
    params: SandboxName,
    querystring: SandboxChangeQuery,
    response: { 202: ChangingSandbox },
  },
} as const satisfies Record<string, FastifySchema>
