import type { Answer } from '@headwater/testkit/api-client.ts'

/** A place where the reference contradicts what the service really answers, and what should stand there. */
export interface Mistake {
  /** Members on the way from the top of the document. */
  readonly at: readonly string[]
  readonly instead: Answer
  readonly because: string
}

const schema = (...members: readonly string[]): readonly string[] => ['components', 'schemas', ...members]
const propertyOf = (name: string, property: string): readonly string[] => schema(name, 'properties', property)

const AS_SENT = 'the service returns what the client sent, text or not, as the tutorials do'

export const MISTAKES: readonly Mistake[] = [
  {
    at: propertyOf('ScheduleSpecDTO', 'startTime'),
    instead: { type: ['integer', 'string'] },
    because: AS_SENT,
  },
  {
    at: propertyOf('ScheduleSpecDTO', 'interval'),
    instead: { type: ['integer', 'string'] },
    because: AS_SENT,
  },
  {
    at: propertyOf('ScheduleSpecDTO', 'backfill'),
    instead: { type: ['boolean', 'string'] },
    because: AS_SENT,
  },
  {
    at: propertyOf('TransformationSpecDTO', 'mappingVersion'),
    instead: { type: ['integer', 'string'] },
    because: AS_SENT,
  },
]

/** A copy of the document without its known mistakes. @throws when a mistake is no longer there */
export function corrected(document: Answer): Answer {
  const copy = structuredClone(document)
  for (const { at, instead } of MISTAKES) {
    const parent = at.slice(0, -1).reduce((value, name) => value?.[name], copy)
    const name = at.at(-1) ?? ''
    if (parent?.[name] === undefined) throw new Error(`the reference has no ${at.join(' / ')}`)
    parent[name] = instead
  }
  return copy
}
