import type { Scope } from '#http/scope.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import type { FilterableFields } from '#services/flow-service/lists/property-filter.ts'
import type { SpecKind } from './built-in/spec.ts'
import type { SpecCollection } from './list-specs.ts'
import { CONNECTION_SPECS, FLOW_SPECS } from './spec-catalogue.ts'
import { listStoredSpecs } from './spec-store.ts'

const SPEC_FIELDS = [
  'id',
  'name',
  'providerId',
  'version',
  'type',
  'attributes',
  'permissionsInfo',
  'entitlementInfo',
  'policy',
  // Of registered specs.
  'createdAt',
  'updatedAt',
  'createdBy',
  'updatedBy',
  'createdClient',
  'updatedClient',
  'sandboxId',
  'sandboxName',
  'imsOrgId',
  'etag',
]

const FILTERABLE: Readonly<Record<SpecKind, FilterableFields>> = {
  connectionSpecs: {
    fields: new Set([
      ...SPEC_FIELDS,
      'settings',
      'authSpec',
      'encryptionSpecs',
      'sourceSpec',
      'targetSpec',
      'exploreSpec',
    ]),
    unknownFieldCode: '1423-400',
  },
  flowSpecs: {
    fields: new Set([
      ...SPEC_FIELDS,
      'sourceConnectionSpecIds',
      'targetConnectionSpecIds',
      'optionSpec',
      'scheduleSpec',
      'transformationSpecs',
      'runSpec',
    ]),
    unknownFieldCode: '1449-400',
  },
}

type Dependencies = Pick<FlowServiceDependencies, 'db' | 'config'>

/** The specs that the scope can see: those of the server, and those that its organisation registered. */
export async function readSpecs(
  { db, config }: Dependencies,
  scope: Scope,
  kind: SpecKind,
): Promise<SpecCollection> {
  const builtIn = kind === 'flowSpecs' ? FLOW_SPECS : CONNECTION_SPECS[config.edition]
  const stored = await listStoredSpecs(db, scope, kind)
  return { name: kind, specs: [...builtIn, ...stored], filterable: FILTERABLE[kind] }
}
