import { Type } from 'typebox'
import { Given, OPEN } from './parts.ts'

/** What an administrator tells of a run. What was measured may be sent back as it is. */
export const ToldRunBody = Type.Union([
  Type.Object(
    {
      flowId: Given('That of the run'),
      flowSpec: Given('That of the run'),
      params: Given('Those of the run'),
      activities: Given('Those of the run'),
      metrics: Given('Those of the run; `customSummary` is free'),
      providerRefId: Given('What the provider calls the run'),
      parentFlowRunId: Given('Id of another run'),
      childFlowRunIds: Given('Ids of other runs'),
      predecessors: Given('`[{flowId, flowRunId, flowSpec}]`: runs that went before'),
      recordTypes: Given('`[{type, extensions}]`, or the types alone'),
    },
    OPEN,
  ),
  Type.Null(),
])
