import { newEtag } from '#kit/etag.ts'
import { newUuid } from '#kit/ids.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import type { FlowRow, Run, RunState } from './run.ts'

/** Who makes the runs of the schedule. */
export const SCHEDULER_CLIENT = 'acp_foundation_connectors'

/** The user and client that a run's audit fields name. */
export interface Actor {
  readonly userId: string
  readonly clientId: string
}

export const SCHEDULER: Actor = { userId: `${SCHEDULER_CLIENT}@AdobeID`, clientId: SCHEDULER_CLIENT }

export interface NewRunFacts {
  readonly flow: FlowRow
  readonly state: RunState
  readonly actor: Actor
  readonly params: JsonObject
  readonly predecessors: readonly JsonObject[]
  readonly nowMs: number
}

/** A run before it starts: its metrics hold nothing but the status, and it has no activities. */
export function newRunDocument({ flow, state, actor, params, predecessors, nowMs }: NewRunFacts): JsonObject {
  const { sandboxId, sandboxName, imsOrgId, flowSpec, recordTypes } = flow.document
  const id = newUuid()
  return {
    id,
    createdAt: nowMs,
    updatedAt: nowMs,
    createdBy: actor.userId,
    updatedBy: actor.userId,
    createdClient: actor.clientId,
    updatedClient: actor.clientId,
    sandboxId,
    sandboxName,
    imsOrgId,
    flowId: flow.id,
    flowSpec,
    providerRefId: `M-${flow.id}-incremental-0:${id}`,
    params,
    predecessors,
    etag: newEtag(nowMs),
    metrics: { statusSummary: { status: state } },
    activities: [],
    recordTypes: recordTypes ?? [],
  }
}

/** What a step of a run changes. */
export interface RunChange {
  readonly state?: RunState | undefined
  /** Merged into the document: objects member by member, everything else replaces. */
  readonly documentPatch?: JsonObject | undefined
  readonly startedAt?: number | undefined
  readonly completedAt?: number | undefined
}

/** The document after a change; status and times of the metrics follow the run's own. */
export function changedRunDocument(run: Run, change: RunChange, nowMs: number): JsonObject {
  const state = change.state ?? run.state
  const merged = mergeObjects(run.document, change.documentPatch ?? {})
  const status = mergeObjects(merged, { metrics: { statusSummary: { status: state } } })
  const completedAt = change.completedAt ?? run.completed_at
  const startedAt = change.startedAt ?? run.started_at
  // Times appear with the end: a running run shows its status alone.
  const timed =
    completedAt === null
      ? status
      : mergeObjects(status, {
          metrics: {
            durationSummary: { startedAtUTC: startedAt ?? completedAt, completedAtUTC: completedAt },
          },
        })
  const updatedAt = Math.max(nowMs, run.updated_at + 1)
  return {
    ...timed,
    etag: newEtag(updatedAt),
    updatedAt,
    updatedBy: SCHEDULER.userId,
    updatedClient: SCHEDULER_CLIENT,
  }
}

/** Both objects in one: members of `patch` win, objects are merged at every depth. */
function mergeObjects(base: JsonObject, patch: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...base }
  for (const [name, value] of Object.entries(patch)) {
    const current = merged[name]
    const both = isObject(current) && isObject(value)
    merged[name] = both ? mergeObjects(current as JsonObject, value as JsonObject) : value
  }
  return merged as JsonObject
}

/** What a flow tells of its newest ended run. */
export function lastRunDetails(run: Run): JsonObject {
  return {
    id: run.id,
    state: run.state === 'success' ? 'success' : 'failed',
    startedAtUTC: run.started_at ?? run.completed_at ?? run.updated_at,
    completedAtUTC: run.completed_at ?? run.updated_at,
  }
}
