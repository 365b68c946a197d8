import { Type } from 'typebox'
import { Given, OPEN } from './parts.ts'

/** Specs that administrators register. Members that are not listed are not stored. */

const COMMON = {
  id: Given('A UUID, such as the id that the platform has for it; a new one when absent'),
  name: Given('Name, which no other spec of the kind has'),
  providerId: Given('Id of the provider'),
  version: Given('`1.0` when absent'),
  type: Given('Free text'),
  attributes: Given('An object: `category`, `isSource`, `isDraftModeSupported` and so on'),
  permissionsInfo: Given('Who may see and manage things of this kind'),
  entitlementInfo: Given('An array of objects'),
  policy: Given('`{duleLabels, enforcementRefs}`'),
}

const SCHEMA = 'a JSON Schema of draft 07'

export const ConnectionSpecBody = Type.Object(
  {
    ...COMMON,
    settings: Given('An object'),
    authSpec: Given(`Ways of authentication: \`[{name, type, spec}]\`, each \`spec\` ${SCHEMA}`),
    encryptionSpecs: Given(`\`[{name, type, spec}]\`, each \`spec\` ${SCHEMA}`),
    sourceSpec: Given(`\`{name, type, spec, attributes}\`, \`spec\` ${SCHEMA}`),
    targetSpec: Given(`\`{name, type, spec, attributes}\`, \`spec\` ${SCHEMA}`),
    exploreSpec: Given(`\`{name, type, requestSpec, responseSpec}\`, both ${SCHEMA}`),
  },
  OPEN,
)

export const FlowSpecBody = Type.Object(
  {
    ...COMMON,
    sourceConnectionSpecIds: Given('Ids of the connection specs of its sources'),
    targetConnectionSpecIds: Given('Ids of the connection specs of its targets'),
    optionSpec: Given(`\`{name, spec}\`, \`spec\` ${SCHEMA} of the \`options\` of a flow`),
    scheduleSpec: Given(`\`{name, type, spec}\`, \`spec\` ${SCHEMA} of its \`scheduleParams\``),
    runSpec: Given(`\`{name, spec}\`, \`spec\` ${SCHEMA} of the \`params\` of a run`),
    transformationSpecs: Given(
      `\`[{name, spec}]\`, each \`spec\` ${SCHEMA}; may be called \`transformationSpec\` or \`transformationSpecDTOS\``,
    ),
  },
  OPEN,
)
