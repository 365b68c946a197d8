import { isObject, type JsonObject } from '#kit/json.ts'
import { textOf } from '#services/flow-service/entities/entity-document.ts'
import type { FlowReferences } from './flow-checks.ts'

/** What a flow shows of what it points to. */
export function inheritedAttributes({ source, base, target }: FlowReferences): JsonObject {
  return {
    properties: { isSourceFlow: true },
    sourceConnections: source === undefined ? [] : [connectionInfo(source, base?.document)],
    targetConnections: target === undefined ? [] : [connectionInfo(target, undefined)],
  }
}

function connectionInfo(connection: JsonObject, base: JsonObject | undefined): JsonObject {
  const own = { id: textOf(connection, 'id'), connectionSpec: specInfo(connection) }
  if (base === undefined) return own
  return { ...own, baseConnection: { id: textOf(base, 'id'), connectionSpec: specInfo(base) } }
}

function specInfo(document: JsonObject): JsonObject {
  const spec: unknown = document['connectionSpec']
  return isObject(spec) ? (spec as JsonObject) : {}
}

/** What the records of a flow are, by the class of its dataset's schema. */
export function recordTypes({ dataset }: FlowReferences): readonly JsonObject[] | undefined {
  if (dataset === undefined) return undefined
  return [{ type: dataset.behavior === 'time-series' ? 'experienceevent' : 'profile', extensions: {} }]
}

/** The link to a flow's runs. */
export function runsLink(flowId: string): string {
  return `/runs?property=flowId==${flowId}`
}
