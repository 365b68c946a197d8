import { Type } from 'typebox'
import { AUDIT, Reference } from './entities.ts'
import { Given, OPEN, SpecInfo } from './parts.ts'

/** Runs: single executions of flows. */

export const RunBody = Type.Object(
  {
    flowId: Given('Id of the flow'),
    params: Given(
      '`{startTime, windowStartTime, windowEndTime, deltaColumn}`; times in epoch seconds or milliseconds',
    ),
  },
  OPEN,
)

export const RunReference = Type.Object({
  id: Type.String(),
  etag: Type.String(),
  items: Type.Array(Reference),
})

export const RunProgress = Type.Object({
  rowsRead: Type.Integer(),
  bytesRead: Type.Integer(),
  slicesDone: Type.Integer(),
  slicesTotal: Type.Integer(),
  estimatedRows: Type.Optional(Type.Number({ description: "By the source's statistics" })),
  rowsPerSecond: Type.Integer({ description: 'Since the start of the run' }),
})

export const Run = Type.Object(
  {
    ...AUDIT,
    flowId: Type.String({ format: 'uuid' }),
    flowSpec: SpecInfo,
    providerRefId: Type.String(),
    params: Type.Object({}, OPEN),
    metrics: Type.Object({}, { ...OPEN, description: 'Status, times, sizes, records and files of the run' }),
    activities: Type.Array(Type.Object({}, OPEN)),
    progress: Type.Optional(RunProgress),
  },
  OPEN,
)
