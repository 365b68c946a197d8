import type { Flow, LastRunDetails } from '@headwater/contract/flow-service/flows.ts'
import type { EpochTime, ScheduleParams } from '@headwater/contract/flow-service/schedule.ts'
import type { Transformation } from '@headwater/contract/flow-service/transformations.ts'
import { describeAudit } from './describe-audit.ts'
import { formatFacts, formatTime } from './print.ts'

/** A flow for people. */
export function describeFlow(flow: Flow): string {
  const { name, id, description, state, sourceConnectionIds, targetConnectionIds } = flow
  return formatFacts(name ?? id, {
    id,
    description,
    state,
    from: sourceConnectionIds.join(', '),
    to: targetConnectionIds.join(', '),
    rows: flow.transformations.map(describeStep).join('; '),
    schedule: flow.scheduleParams && describeSchedule(flow.scheduleParams),
    'last run': flow.lastRunDetails && describeLast(flow.lastRunDetails),
    ...describeAudit(flow),
  })
}

function describeStep(step: Transformation): string {
  if (step.name === 'Mapping') return `mapped by ${step.params.mappingId}`
  const { deltaColumn: column } = step.params
  return `only what changed, by ${typeof column === 'string' ? column : column.name}`
}

function describeSchedule({ startTime, frequency, interval }: ScheduleParams): string {
  const start = describeStart(startTime)
  if (frequency === 'once') return `once, from ${start}`
  return `every ${Number(interval) === 1 ? frequency : `${interval} ${frequency}s`}, from ${start}`
}

/** From here on a number is taken for milliseconds, as the server does. */
const LEAST_MS = 100_000_000_000

function describeStart(time: EpochTime): string {
  const epoch = Number(time)
  if (Number.isNaN(epoch)) return String(time)
  return formatTime(epoch < LEAST_MS ? epoch * 1000 : epoch)
}

function describeLast({ id, state, completedAtUTC }: LastRunDetails): string {
  return `${state} at ${formatTime(completedAtUTC)}: ${id}`
}
