import {
  AcceptHeader,
  ContainerParams,
  Descriptor,
  DescriptorBody,
  DescriptorList,
  PatchBody,
  RegistryResource,
  RegistryStats,
  ResourceBody,
  ResourceList,
  ResourceListQuery,
  ResourceParams,
  SampleParams,
  SampleRecord,
  UnionParams,
} from '@headwater/contract/schema-registry.ts'
import { TableSchema, TableSchemaBody } from '@headwater/contract/table-schema.ts'
import type { FastifySchema } from 'fastify'
import { REGISTRY_ERRORS } from './documented-errors.ts'

const TAGS = ['Schema Registry']
const REMOVED = { description: 'It is gone', content: {} }
const LIST_FORMS = AcceptHeader('application/vnd.adobe.xed+json', 'application/vnd.adobe.xed-id+json')
const RESOURCE_FORMS = AcceptHeader(
  'application/vnd.adobe.xed+json;version=1',
  'application/vnd.adobe.xed-full+json;version=1',
)
const DESCRIPTOR_LIST_FORMS = AcceptHeader(
  'application/vnd.adobe.xdm+json',
  'application/vnd.adobe.xdm-id+json',
)

export const TABLE_SCHEMA = {
  tags: TAGS,
  summary: 'Make the ad-hoc schema of a table of a source, or bring it up to the table',
  operationId: 'createTableSchema',
  alsoNeeds: ['View Sources'],
  errors: REGISTRY_ERRORS.tableSchema,
  body: TableSchemaBody,
  response: { 200: TableSchema, 201: TableSchema },
} satisfies FastifySchema

export const SAMPLE_SCHEMA = {
  tags: TAGS,
  summary: 'Show a record as a schema describes it',
  operationId: 'getSampleData',
  errors: REGISTRY_ERRORS.sample,
  params: SampleParams,
  response: { 200: SampleRecord },
} satisfies FastifySchema

export const STATS_SCHEMA = {
  tags: TAGS,
  summary: 'Tell the tenant id and what the registry holds',
  operationId: 'getRegistryStats',
  response: { 200: RegistryStats },
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
      errors: REGISTRY_ERRORS.list,
      headers: LIST_FORMS,
      params: ContainerParams,
      querystring: ResourceListQuery,
      response: { 200: ResourceList },
    },
    get: {
      ...about('get', `Look up one of the ${segment}`),
      errors: REGISTRY_ERRORS.get,
      headers: RESOURCE_FORMS,
      params: ResourceParams,
      response: { 200: RegistryResource },
    },
    create: {
      ...about('create', `Make one of the ${segment}`),
      errors: REGISTRY_ERRORS.create,
      params: ContainerParams,
      body: ResourceBody,
      response: { 201: RegistryResource },
    },
    replace: {
      ...about('replace', `Replace one of the ${segment}`),
      errors: REGISTRY_ERRORS.change,
      params: ResourceParams,
      body: ResourceBody,
      response: { 200: RegistryResource },
    },
    patch: {
      ...about('patch', `Change parts of one of the ${segment}`),
      errors: REGISTRY_ERRORS.change,
      params: ResourceParams,
      body: PatchBody,
      response: { 200: RegistryResource },
    },
    remove: {
      ...about('delete', `Remove one of the ${segment}`),
      errors: REGISTRY_ERRORS.remove,
      params: ResourceParams,
      response: { 204: REMOVED },
    },
  } satisfies Record<string, FastifySchema>
}

export const descriptorSchemas = {
  list: {
    tags: TAGS,
    errors: REGISTRY_ERRORS.listDescriptors,
    headers: DESCRIPTOR_LIST_FORMS,
    summary: 'List descriptors by type',
    operationId: 'list_descriptors',
    response: { 200: DescriptorList },
  },
  create: {
    tags: TAGS,
    errors: REGISTRY_ERRORS.createDescriptor,
    summary: 'Make a descriptor',
    operationId: 'create_descriptor',
    body: DescriptorBody,
    response: { 201: Descriptor },
  },
  get: {
    tags: TAGS,
    errors: REGISTRY_ERRORS.getDescriptor,
    headers: AcceptHeader('application/vnd.adobe.xdm+json'),
    summary: 'Look up a descriptor',
    operationId: 'get_descriptor',
    response: { 200: Descriptor },
  },
  replace: {
    tags: TAGS,
    errors: REGISTRY_ERRORS.replaceDescriptor,
    summary: 'Replace a descriptor',
    operationId: 'replace_descriptor',
    body: DescriptorBody,
    response: { 201: Descriptor },
  },
  remove: {
    tags: TAGS,
    errors: REGISTRY_ERRORS.removeDescriptor,
    summary: 'Remove a descriptor',
    operationId: 'delete_descriptor',
    response: { 204: REMOVED },
  },
} as const satisfies Record<string, FastifySchema>

export const unionSchemas = {
  list: {
    tags: TAGS,
    errors: REGISTRY_ERRORS.list,
    headers: LIST_FORMS,
    summary: 'List the unions of schemas',
    operationId: 'list_unions',
    querystring: ResourceListQuery,
    response: { 200: ResourceList },
  },
  get: {
    tags: TAGS,
    errors: REGISTRY_ERRORS.get,
    headers: RESOURCE_FORMS,
    params: UnionParams,
    summary: 'Look up a union',
    operationId: 'get_union',
    response: { 200: RegistryResource },
  },
} as const satisfies Record<string, FastifySchema>
