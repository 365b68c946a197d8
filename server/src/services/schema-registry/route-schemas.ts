import {
  ContainerParams,
  DescriptorBody,
  PatchBody,
  RegistryError,
  RegistryResource,
  RegistryStats,
  ResourceBody,
  ResourceList,
  ResourceListQuery,
  ResourceParams,
} from '@headwater/contract/schema-registry.ts'
import type { FastifySchema } from 'fastify'
import { Type } from 'typebox'

const ERRORS = { '4xx': RegistryError }
const TAGS = ['Schema Registry']
const NO_CONTENT = Type.Null({ description: 'Removed' })

export const STATS_SCHEMA = {
  tags: TAGS,
  summary: 'Tell the tenant id and what the registry holds',
  operationId: 'getRegistryStats',
  response: { 200: RegistryStats, ...ERRORS },
} satisfies FastifySchema

/** Documentation and validation of the operations on one sort of resource. */
export function resourceSchemas(segment: string) {
  const about = (verb: string, summary: string) => ({
    tags: TAGS,
    summary,
    operationId: `${verb}_${segment}`,
  })
  return {
    list: {
      ...about('list', `List ${segment}`),
      params: ContainerParams,
      querystring: ResourceListQuery,
      response: { 200: ResourceList, ...ERRORS },
    },
    get: {
      ...about('get', `Look up one of the ${segment}`),
      params: ResourceParams,
      response: { 200: RegistryResource, ...ERRORS },
    },
    create: {
      ...about('create', `Make one of the ${segment}`),
      params: ContainerParams,
      body: ResourceBody,
      response: { 201: RegistryResource, ...ERRORS },
    },
    replace: {
      ...about('replace', `Replace one of the ${segment}`),
      params: ResourceParams,
      body: ResourceBody,
      response: { 200: RegistryResource, ...ERRORS },
    },
    patch: {
      ...about('patch', `Change parts of one of the ${segment}`),
      params: ResourceParams,
      body: PatchBody,
      response: { 200: RegistryResource, ...ERRORS },
    },
    remove: {
      ...about('delete', `Remove one of the ${segment}`),
      params: ResourceParams,
      response: { 204: NO_CONTENT, ...ERRORS },
    },
  } satisfies Record<string, FastifySchema>
}

export const descriptorSchemas = {
  list: {
    tags: TAGS,
    summary: 'List descriptors by type',
    operationId: 'list_descriptors',
    response: { 200: RegistryResource, ...ERRORS },
  },
  create: {
    tags: TAGS,
    summary: 'Make a descriptor',
    operationId: 'create_descriptor',
    body: DescriptorBody,
    response: { 201: RegistryResource, ...ERRORS },
  },
  get: {
    tags: TAGS,
    summary: 'Look up a descriptor',
    operationId: 'get_descriptor',
    response: { 200: RegistryResource, ...ERRORS },
  },
  replace: {
    tags: TAGS,
    summary: 'Replace a descriptor',
    operationId: 'replace_descriptor',
    body: DescriptorBody,
    response: { 201: RegistryResource, ...ERRORS },
  },
  remove: {
    tags: TAGS,
    summary: 'Remove a descriptor',
    operationId: 'delete_descriptor',
    response: { 204: NO_CONTENT, ...ERRORS },
  },
} as const satisfies Record<string, FastifySchema>

export const unionSchemas = {
  list: {
    tags: TAGS,
    summary: 'List the unions of schemas',
    operationId: 'list_unions',
    querystring: ResourceListQuery,
    response: { 200: ResourceList, ...ERRORS },
  },
  get: {
    tags: TAGS,
    summary: 'Look up a union',
    operationId: 'get_union',
    response: { 200: RegistryResource, ...ERRORS },
  },
} as const satisfies Record<string, FastifySchema>
