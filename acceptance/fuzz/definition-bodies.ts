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

/** Specs that an administrator may register; their names must differ. */
export const SPEC_BODIES = {
  connectionSpecs: {
    ...spec(),
    authSpec: [part()],
    encryptionSpecs: [part()],
    sourceSpec: part(),
    exploreSpec: {
      name: 'Tabular',
      type: 'Tabular',
      requestSpec: { type: 'object' },
      responseSpec: { type: 'object' },
    },
  },
  flowSpecs: {
    ...spec(),
    sourceConnectionSpecIds: [POSTGRES_SPEC.id],
    targetConnectionSpecIds: [],
    transformationSpecs: [part()],
    scheduleSpec: part(),
  },
}

function spec(): Readonly<Record<string, unknown>> {
  const manage = [{ '@type': 'lowLevel', name: 'EnterpriseSource', permissions: ['write'] }]
  return {
    providerId: '0ed90a81-07f4-4586-8190-b40eccef1c5a',
    version: '1.0',
    type: 'Tabular',
    attributes: { isDraftModeSupported: true },
    permissionsInfo: { manage },
    entitlementInfo: [{ name: 'x' }],
    policy: { duleLabels: ['C1'] },
  }
}

function part(): Readonly<Record<string, unknown>> {
  return { name: 'Basic', type: 'Kind', spec: { type: 'object', properties: { a: { type: 'string' } } } }
}
