import { PlainError } from '@headwater/contract/errors.ts'
import { RegistryError } from '@headwater/contract/schema-registry.ts'
import { documentErrors } from '#http/openapi/route-docs.ts'
import {
  breakingChange,
  descriptorNotFound,
  invalidDescriptor,
  invalidDescriptorAccept,
  invalidDescriptorListAccept,
  invalidFieldName,
  invalidListAccept,
  invalidLookupAccept,
  invalidQuery,
  invalidResource,
  mixedFields,
  notAcceptable,
  outsideTenantNamespace,
  readOnlyContainer,
  resourceInUse,
  resourceNotFound,
  titleNotUnique,
  unionIsForever,
  unionNeedsIdentity,
  unresolvedReference,
} from './problems.ts'

const ID = 'https://ns.adobe.com/acme/schemas/0001'

const ERRORS = documentErrors(RegistryError, {
  'XDM-1005-400': [
    'A parameter of the list has no valid value',
    invalidQuery('limit 900 is not a number from 0 to 500.'),
  ],
  'XDM-1006-400': ['`Accept` names no form of lists', invalidListAccept('application/vnd.adobe.xml+json')],
  'XDM-1007-400': [
    '`Accept` names no form of a resource',
    invalidLookupAccept('application/vnd.adobe.xed+json'),
  ],
  'XDM-1008-400': [
    '`Accept` names no form of lists of descriptors',
    invalidDescriptorListAccept('application/vnd.adobe.xml+json'),
  ],
  'XDM-1009-400': [
    '`Accept` names no form of a descriptor',
    invalidDescriptorAccept('application/vnd.adobe.xml+json'),
  ],
  'XDM-1012-404': ['There is no such resource, or not in this version', resourceNotFound(ID)],
  'XDM-1017-404': ['There is no such descriptor', descriptorNotFound('4b8c')],
  'XDM-1021-400': [
    'A field of your own stands outside of the tenant’s namespace',
    outsideTenantNamespace('_acme', '/city'),
  ],
  'XDM-1022-400': ['The name of a field is not valid', invalidFieldName('_city', '/properties/_acme')],
  'XDM-1030-403': ['The container is `global`, which is read-only', readOnlyContainer()],
  'XDM-1400-400': ['The body is no resource of this kind', invalidResource('title is missing. Send a text.')],
  'XDM-1401-400': [
    'A `$ref` leads to no resource',
    unresolvedReference('https://ns.adobe.com/acme/mixins/0009'),
  ],
  'XDM-1402-400': [
    'Another resource, a dataset or a union uses it',
    resourceInUse(ID, 'the dataset 65f000000000000000000001'),
  ],
  'XDM-1406-422': ['Fields stand in `properties` and in definitions', mixedFields('city')],
  'XDM-1521-400': ['Another resource has this title', titleNotUnique(ID)],
  'XDM-1528-400': ['The schema has no identity to join a union with', unionNeedsIdentity()],
  'XDM-1529-400': ['The schema would leave its union', unionIsForever()],
  'XDM-1530-400': [
    'A schema in use would lose a field, or take fewer values than before',
    breakingChange(
      'The field /_acme/city of "Orders" would be removed. The schema is in use and can only grow.',
    ),
  ],
  'XDM-1600-400': [
    'The descriptor is not valid',
    invalidDescriptor('xdm:sourceProperty /colour is not a field of the schema.'),
  ],
})

const { NotAcceptable } = documentErrors(PlainError, {
  NotAcceptable: ['`Accept` is missing, or names no format of the registry', notAcceptable(undefined)],
})

const WRITES = [
  ERRORS['XDM-1021-400'],
  ERRORS['XDM-1022-400'],
  ERRORS['XDM-1030-403'],
  ERRORS['XDM-1400-400'],
  ERRORS['XDM-1401-400'],
  ERRORS['XDM-1406-422'],
  ERRORS['XDM-1521-400'],
  ERRORS['XDM-1528-400'],
  ERRORS['XDM-1529-400'],
]

/** What the operations of each kind may answer, besides what the whole family does. */
export const REGISTRY_ERRORS = {
  list: [ERRORS['XDM-1005-400'], ERRORS['XDM-1006-400'], NotAcceptable],
  get: [ERRORS['XDM-1007-400'], ERRORS['XDM-1012-404'], NotAcceptable],
  create: WRITES,
  change: [...WRITES, ERRORS['XDM-1012-404'], ERRORS['XDM-1402-400'], ERRORS['XDM-1530-400']],
  remove: [ERRORS['XDM-1012-404'], ERRORS['XDM-1030-403'], ERRORS['XDM-1402-400']],
  listDescriptors: [ERRORS['XDM-1005-400'], ERRORS['XDM-1008-400'], NotAcceptable],
  getDescriptor: [ERRORS['XDM-1009-400'], ERRORS['XDM-1017-404'], NotAcceptable],
  createDescriptor: [ERRORS['XDM-1600-400']],
  replaceDescriptor: [ERRORS['XDM-1600-400'], ERRORS['XDM-1017-404']],
  removeDescriptor: [ERRORS['XDM-1017-404'], ERRORS['XDM-1402-400']],
} as const
