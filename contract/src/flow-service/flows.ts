import { Type } from 'typebox'
import { ENTITY, ENTITY_BODY } from './entities.ts'
import { AnyObject, Given, OPEN, SpecInfo } from './parts.ts'

/** Flows: standing orders to bring a table into a dataset. */

export const FlowBody = Type.Object(
  {
    ...ENTITY_BODY,
    flowSpec: Type.Optional(SpecInfo),
    sourceConnectionIds: Given('One id'),
    targetConnectionIds: Given('One id'),
    transformations: Given('`Copy` with its delta column, `Mapping` with the id of its mapping set'),
    scheduleParams: Given('`{startTime, frequency, interval, backfill}`; times in epoch seconds'),
    options: Given('`{errorDiagnosticsEnabled, partialIngestionPercent}`'),
  },
  OPEN,
)

export const Flow = Type.Object(
  {
    ...ENTITY,
    flowSpec: SpecInfo,
    sourceConnectionIds: Type.Array(Type.String()),
    targetConnectionIds: Type.Array(Type.String()),
    inheritedAttributes: AnyObject('Specs and base connections of its connections'),
    transformations: Type.Optional(Type.Array(Type.Object({}, OPEN))),
    scheduleParams: AnyObject('As it was sent'),
    options: AnyObject('As it was sent'),
    runs: Type.String({ description: 'Link to its runs' }),
    lastRunDetails: AnyObject('Id, state and times of its newest ended run'),
  },
  OPEN,
)
