import { RegistryError } from '@headwater/contract/schema-registry.ts'
import { type ErrorFamily, UNAVAILABLE, unavailable } from '#http/error-writer.ts'
import { DENIED_CAUSE, documentErrors, INTERNAL_CAUSE, INVALID_CAUSE } from '#http/openapi/route-docs.ts'
import { denial, type Permission } from '#http/permissions.ts'
import type { Denial } from '#http/plugins/gateway.ts'
import { HttpProblem, PlainProblem } from '#http/problem.ts'

/** An error of the Schema Registry: code `XDM-1006`, a short title, and in the detail what to do. */
export class RegistryProblem extends HttpProblem {
  override readonly name = 'RegistryProblem'
  readonly status: number
  readonly code: string
  readonly title: string

  constructor(code: string, status: number, title: string, detail: string) {
    super(detail)
    this.status = status
    this.code = `${code}-${status}`
    this.title = title
  }

  body(requestId: string): Readonly<Record<string, unknown>> {
    return {
      type: `http://ns.adobe.com/aep/errors/${this.code}`,
      title: this.title,
      status: this.status,
      report: {
        registryRequestId: requestId,
        timestamp: formatTimestamp(new Date()),
        'detailed-message': this.message,
        'sub-errors': [],
      },
      detail: this.message,
    }
  }
}

/** `11-25-2020 07:56:25`, UTC. */
function formatTimestamp(time: Date): string {
  const [date = '', clock = ''] = time.toISOString().split('T')
  const [year, month, day] = date.split('-')
  return `${month}-${day}-${year} ${clock.slice(0, 8)}`
}

const invalidAccept = (code: string, given: string, example: string) =>
  new RegistryProblem(
    code,
    400,
    'Accept header invalid',
    `The supplied Accept header is not valid: ${given} - A valid Accept value should look like ${example}`,
  )

export const invalidListAccept = (given: string) =>
  invalidAccept('XDM-1006', given, "application/vnd.adobe.'{xed|xdm'}+json")

export const invalidLookupAccept = (given: string) =>
  invalidAccept(
    'XDM-1007',
    given,
    "application/vnd.adobe.'{xed|xdm'}+json; version=1 (Version should be specified)",
  )

export const invalidDescriptorListAccept = (given: string) =>
  invalidAccept('XDM-1008', given, 'application/vnd.adobe.xdm-id+json')

export const invalidDescriptorAccept = (given: string) =>
  invalidAccept('XDM-1009', given, 'application/vnd.adobe.xdm+json')

/** No Accept header, or one that names no format of the registry. */
export const notAcceptable = (given: string | undefined) =>
  new PlainProblem(
    406,
    'NotAcceptableError',
    given === undefined
      ? 'Accept header parameter is required'
      : `"${given}" is no format of the Schema Registry. Accept application/vnd.adobe.xed+json or one of its forms.`,
  )

export const resourceNotFound = (id: string, version = '1') =>
  new RegistryProblem(
    'XDM-1012',
    404,
    'Resource Not Found',
    `Requested resource ${id} with version ${version} is not found`,
  )

export const descriptorNotFound = (id: string) =>
  new RegistryProblem('XDM-1017', 404, 'Resource Not Found', `Requested descriptor ${id} is not found`)

export const titleNotUnique = (id: string) =>
  new RegistryProblem(
    'XDM-1521',
    400,
    'Title not unique',
    `Title must be unique. An object ${id} already exists with the same title.`,
  )

/** A table's schema is asked for under a title that something else has. */
export const tableTitleTaken = ({ id, title }: { readonly id: string; readonly title: string }) =>
  new RegistryProblem(
    'XDM-1521',
    400,
    'Title not unique',
    `Title must be unique. An object ${id} already exists with the same title, "${title}", and was not made of this ` +
      'table by this connection. Give another "title", or rename or delete that object.',
  )

export const outsideTenantNamespace = (namespace: string, path: string) =>
  new RegistryProblem(
    'XDM-1021',
    400,
    'Namespace validation error',
    `For custom fields, you must use a top level field named ${namespace} and all the other fields must be defined ` +
      `under it (found "${path}" outside of it)`,
  )

export const invalidFieldName = (name: string, path: string) =>
  new RegistryProblem(
    'XDM-1022',
    400,
    'Namespace validation error',
    `The field name "${name}" at ${path} is not valid. Use letters, digits, "-" and "_", and no "_" at the start.`,
  )

/** Readers of the lake do not tell such fields apart. */
export const sameName = (name: string, namesake: string, path: string) =>
  new RegistryProblem(
    'XDM-1022',
    400,
    'Namespace validation error',
    `The field names "${name}" and "${namesake}" at ${path} differ in case only. Choose names that differ in more.`,
  )

export const unresolvedReference = (id: string) =>
  new RegistryProblem(
    'XDM-1401',
    400,
    'Unresolved reference',
    `The $ref ${id} leads to no resource. Make that resource first or correct the reference.`,
  )

export const invalidResource = (detail: string) =>
  new RegistryProblem('XDM-1400', 400, 'Resource validation error', detail)

export const mixedFields = (name: string) =>
  new RegistryProblem(
    'XDM-1406',
    422,
    'Resource validation error',
    `The field ${name} stands in properties beside definitions with allOf. Put all fields in one of the two places.`,
  )

export const breakingChange = (detail: string) =>
  new RegistryProblem('XDM-1530', 400, 'Breaking change', detail)

export const resourceInUse = (id: string, by: string) =>
  new RegistryProblem('XDM-1402', 400, 'Resource in use', `${id} is used by ${by}. Remove it there first.`)

export const readOnlyContainer = () =>
  new RegistryProblem(
    'XDM-1030',
    403,
    'Container is read-only',
    'Resources of the global container can not be changed. Use the tenant container.',
  )

export const unionNeedsIdentity = () =>
  new RegistryProblem(
    'XDM-1528',
    400,
    'Union descriptor validation error',
    'To participate in a union, a schema must include an identityMap fieldgroup or a primary identity descriptor.',
  )

export const unionIsForever = () =>
  new RegistryProblem(
    'XDM-1529',
    400,
    'Union validation error',
    'A schema that participates in a union can not leave it. Keep "union" in meta:immutableTags.',
  )

export const invalidDescriptor = (detail: string) =>
  new RegistryProblem('XDM-1600', 400, 'Descriptor validation error', detail)

export const invalidTable = (detail: string) =>
  new RegistryProblem('XDM-1701', 400, 'Table request invalid', detail)

/** What the source, or the way to it, says. */
export const tableUnreadable = (status: number, detail: string) =>
  new RegistryProblem('XDM-1702', status === 404 ? 404 : 400, 'Table not readable', detail)

export const invalidQuery = (detail: string) => new RegistryProblem('XDM-1005', 400, 'Query invalid', detail)

export const noSuchSandbox = (name: string) =>
  new RegistryProblem(
    'XDM-1003',
    403,
    'Sandbox validation error',
    `The sandbox "${name}" does not exist in this organisation or is not active. Check x-sandbox-name.`,
  )

const denied = (permission: Permission, where: string) =>
  new RegistryProblem('XDM-1004', 403, 'Forbidden', denial(permission, where))

export const REGISTRY_DENIAL: Denial = {
  problem: denied,
  error: documentErrors(RegistryError, {
    'XDM-1004-403': [DENIED_CAUSE, denied('Manage Schemas', 'in the sandbox prod')],
  })['XDM-1004-403'],
}

const invalid = (message: string) => new RegistryProblem('XDM-1000', 400, 'Request invalid', message)
const internal = () =>
  new RegistryProblem('XDM-1000', 500, 'Internal server error', 'An internal error occurred. Try again.')

export const REGISTRY_FAMILY: ErrorFamily = {
  invalid,
  internal,
  unavailable,
  errors: [
    ...Object.values(
      documentErrors(RegistryError, {
        'XDM-1000-400': [
          INVALID_CAUSE,
          invalid('The request body is not valid JSON (it cannot be read). Send one JSON document.'),
        ],
        'XDM-1000-500': [INTERNAL_CAUSE, internal()],
        'XDM-1003-403': ['`x-sandbox-name` names no active sandbox', noSuchSandbox('prd')],
      }),
    ),
    UNAVAILABLE,
  ],
}
