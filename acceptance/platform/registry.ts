import type { Answer, ApiClient } from '@headwater/testkit/api-client.ts'
import { REGISTRY } from '@headwater/testkit/journey.ts'
import { FlowClient } from '../conformance/flow-client.ts'
import { witnessPlatform } from './references.ts'

export const PROFILE = 'https://ns.adobe.com/xdm/context/profile'
export const EVENT = 'https://ns.adobe.com/xdm/context/experienceevent'
export const RECORD = 'https://ns.adobe.com/xdm/data/record'
export const ADHOC = 'https://ns.adobe.com/xdm/data/adhoc'
export const PERSON_DETAILS = 'https://ns.adobe.com/xdm/context/profile-person-details'

export const SHORT_LIST = 'application/vnd.adobe.xed-id+json'
export const XED = 'application/vnd.adobe.xed+json;version=1'
export const XED_FULL = 'application/vnd.adobe.xed-full+json;version=1'

/** `_headwater`: the namespace of the tenant that test servers are. */
export const NAMESPACE = '_headwater'

export interface RegistryAnswer {
  readonly status: number
  readonly body: Answer
}

let counter = 0

/** The Schema Registry over HTTP, every answer held against the platform's document, and makers of resources. */
export class RegistryClient {
  readonly #flow: FlowClient

  constructor(client: ApiClient | FlowClient) {
    this.#flow = client instanceof FlowClient ? client : new FlowClient(client, witnessPlatform)
  }

  /** The same client in another sandbox. */
  inSandbox(name: string): RegistryClient {
    return new RegistryClient(this.#flow.with({ 'x-sandbox-name': name }))
  }

  get(path: string, accept?: string): Promise<RegistryAnswer> {
    return this.#flow.get(`${REGISTRY}${path}`, { headers: { accept } })
  }

  post(path: string, body: unknown): Promise<RegistryAnswer> {
    return this.#flow.post(`${REGISTRY}${path}`, body)
  }

  put(path: string, body: unknown): Promise<RegistryAnswer> {
    return this.#flow.put(`${REGISTRY}${path}`, body)
  }

  patch(path: string, operations: readonly Answer[]): Promise<RegistryAnswer> {
    return this.#flow.patch(`${REGISTRY}${path}`, operations)
  }

  delete(path: string): Promise<RegistryAnswer> {
    return this.#flow.delete(`${REGISTRY}${path}`)
  }

  /** Creates a resource and insists on it. */
  async make(kind: string, body: Answer): Promise<Answer> {
    const { status, body: made } = await this.post(`/tenant/${kind}`, { title: newTitle(kind), ...body })
    if (status === 201) return made
    throw new Error(`no ${kind}: ${JSON.stringify(made)}`)
  }

  makeGroup(fields: Answer, more: Answer = {}): Promise<Answer> {
    return this.make('fieldgroups', groupBody(fields, more))
  }

  /** A schema of a class and field groups, by their `$id`s. */
  makeSchema(...refs: readonly string[]): Promise<Answer> {
    return this.make('schemas', { type: 'object', allOf: refs.map(($ref) => ({ $ref })) })
  }

  /** A profile schema with fields of its own. */
  async makeProfile(fields: Answer): Promise<Answer> {
    const group = await this.makeGroup(fields)
    return this.makeSchema(PROFILE, group.$id)
  }

  /** A class and a schema of plain tables. */
  async makeTable(fields: Answer): Promise<Answer> {
    const own = { properties: { [NAMESPACE]: { type: 'object', properties: fields } } }
    const made = await this.make('classes', { type: 'object', allOf: [{ $ref: ADHOC }, own] })
    return this.makeSchema(made.$id)
  }

  /** Looks a resource of the tenant up by its `$id`. */
  async look(kind: string, id: string, accept = XED_FULL): Promise<Answer> {
    const { status, body } = await this.get(`/tenant/${kind}/${encodeURIComponent(id)}`, accept)
    if (status === 200) return body
    throw new Error(`no ${id}: ${JSON.stringify(body)}`)
  }

  /** A primary identity of a schema. */
  makeIdentity(schema: Answer, path: string, isPrimary = true): Promise<RegistryAnswer> {
    return this.post('/tenant/descriptors', identityBody(schema, path, isPrimary))
  }
}

/** A title that nothing else has. */
export function newTitle(kind: string): string {
  return `${kind} ${++counter}`
}

/** A field group whose fields stand in the tenant's namespace. */
export function groupBody(fields: Answer, more: Answer = {}): Answer {
  return {
    type: 'object',
    'meta:intendedToExtend': [PROFILE, EVENT],
    definitions: {
      customFields: {
        type: 'object',
        properties: { [NAMESPACE]: { type: 'object', properties: fields } },
      },
    },
    allOf: [{ $ref: '#/definitions/customFields' }],
    ...more,
  }
}

export function identityBody(schema: Answer, path: string, isPrimary = true): Answer {
  return {
    '@type': 'xdm:descriptorIdentity',
    'xdm:sourceSchema': schema.$id,
    'xdm:sourceVersion': 1,
    'xdm:sourceProperty': path,
    'xdm:namespace': 'CRMID',
    'xdm:property': 'xdm:code',
    'xdm:isPrimary': isPrimary,
  }
}

/** `XDM-1012-404` of an error of the registry; the whole answer when it is none. */
export function registryCode({ status, body }: RegistryAnswer): string {
  const code = /\/(XDM-\d{4}-\d{3})$/.exec(body?.type)?.[1]
  return code?.endsWith(String(status)) ? code : `${status}: ${JSON.stringify(body)}`
}
