import { POSTGRES_SPEC } from '@headwater/testkit/journey.ts'

/** Resources of the schema registry that it takes, by their kind; their titles must differ. */
export const REGISTRY_BODIES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  schemas: { type: 'object', allOf: [{ $ref: 'https://ns.adobe.com/xdm/context/profile' }] },
  classes: { type: 'object', allOf: [{ $ref: 'https://ns.adobe.com/xdm/data/record' }] },
  fieldgroups: fieldGroup(),
  mixins: fieldGroup(),
  datatypes: { type: 'object', properties: { a: { type: 'integer' } } },
}

function fieldGroup(): Readonly<Record<string, unknown>> {
  const own = { type: 'object', properties: { a: { type: 'string' } } }
  return {
    type: 'object',
    'meta:intendedToExtend': ['https://ns.adobe.com/xdm/context/profile'],
    definitions: { customFields: { type: 'object', properties: { _headwater: own } } },
    allOf: [{ $ref: '#/definitions/customFields' }],
  }
}

/** An identity on a field that every schema of the world has. */
export function descriptorBody(schemaId: string): Readonly<Record<string, unknown>> {
  return {
    '@type': 'xdm:descriptorIdentity',
    'xdm:sourceSchema': schemaId,
    'xdm:sourceVersion': 1,
    'xdm:sourceProperty': '/_headwater/note',
    'xdm:namespace': 'Email',
    'xdm:property': 'xdm:code',
    'xdm:isPrimary': false,
  }
}

const PROVIDER = '0ed90a81-07f4-4586-8190-b40eccef1c5a'

/** Specs that an administrator may register; their names must differ. */
export const SPEC_BODIES = {
  connectionSpecs: {
    providerId: PROVIDER,
    version: '1.0',
    authSpec: [{ name: 'Basic', type: 'BasicAuthentication', spec: { type: 'object' } }],
  },
  flowSpecs: {
    providerId: PROVIDER,
    version: '1.0',
    sourceConnectionSpecIds: [POSTGRES_SPEC.id],
    targetConnectionSpecIds: [],
  },
} as const
