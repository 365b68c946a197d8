import { isObject, type JsonObject } from '#kit/json.ts'
import { FlowProblem, invalidRequest } from '#services/flow-service/problems.ts'
import { stateOf } from './entity-document.ts'

/** The name of a resource. Drafts may lack it. @throws {FlowProblem} 1100 */
export function readName(body: JsonObject, isOptional: boolean): string | undefined {
  const { name } = body
  if ((name === undefined || name === null) && isOptional) return undefined
  if (typeof name === 'string' && name.trim() !== '') return name
  const isMissing = name === undefined || name === null
  throw invalidRequest(
    isMissing ? 'name is missing. Send a text that is not blank.' : 'name must be a text that is not blank.',
    'name',
  )
}

/** The description, which may be blank. @throws {FlowProblem} 1100 */
export function readDescription(body: JsonObject): string | undefined {
  const { description } = body
  if (description === undefined || description === null) return undefined
  if (typeof description === 'string') return description
  throw invalidRequest('description must be a text.', 'description')
}

/** What clients keep with a resource for themselves. @throws {FlowProblem} 1100 */
export function readAttributes({ attributes }: JsonObject): JsonObject | undefined {
  if (attributes === undefined || attributes === null) return undefined
  if (isObject(attributes)) return attributes as JsonObject
  throw invalidRequest('attributes must be an object.', 'attributes')
}

/** Labels of access, which are stored and shown. @throws {FlowProblem} 1100 */
export function readLabels({ labels }: JsonObject): readonly string[] | undefined {
  if (labels === undefined || labels === null) return undefined
  if (Array.isArray(labels) && labels.every((label) => typeof label === 'string')) return labels
  throw invalidRequest('labels must be an array of texts.', 'labels')
}

/** Refuses a path where an id is asked for. @throws {FlowProblem} 1411 */
export function assertNoPath(id: string, field: string): void {
  if (!id.includes('/')) return
  throw new FlowProblem(
    '1411-400',
    `${field}: no id can be derived from the path ${id}. Send the id alone.`,
    { field, path: id },
  )
}

/** Refuses a change of a resource in a passing state; here all states rest. @throws {FlowProblem} 1422 */
export function assertDraft(document: JsonObject): void {
  const state = stateOf(document)
  if (state === 'draft') return
  throw new FlowProblem(
    '1422-400',
    `The action publish does not apply in the state ${state}. Only a draft can be published.`,
    {
      action: 'publish',
      state,
    },
  )
}

/** Refuses `mode=draft` where the spec does not know drafts. @throws {FlowProblem} 1100 */
export function assertDraftMode(spec: { readonly name: string; readonly attributes: JsonObject }): void {
  if (spec.attributes['isDraftModeSupported'] === true) return
  throw invalidRequest(`${spec.name} does not support drafts. Leave out mode=draft.`, 'mode')
}
