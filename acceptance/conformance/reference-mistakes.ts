import type { Answer } from '@headwater/testkit/api-client.ts'

/** A place where the reference contradicts what the service answers, by its own tutorials or examples. */
export interface Mistake {
  /** Members on the way from the top of the document to the schema that is wrong. */
  readonly at: readonly string[]
  /** The schema that should stand there. */
  readonly instead: Answer
  readonly because: string
  /** A GET that shows it, below the base path, and what is rightly answered. */
  readonly shownBy: { readonly path: string; readonly body: Answer }
}

const SOME_ID = '11111111-1111-4111-8111-111111111111'

/** A member of flows that keeps the form in which the client sent it. */
function keptAsSent(at: readonly string[], type: readonly string[], flow: Answer): Mistake {
  return {
    at: ['components', 'schemas', ...at],
    instead: { type },
    because: 'the tutorials send and show texts and numbers alike, and an answer has the form that was sent',
    shownBy: { path: '/flows', body: { items: [flow] } },
  }
}

/** A member of `uiAttributes`, which the example in the same document shows as an object with a key. */
function keyed(name: string): Mistake {
  const way = ['attributes', 'properties', 'uiAttributes', 'properties', name]
  const sourceSpec = { attributes: { uiAttributes: { [name]: { key: 'database' } } } }
  return {
    at: ['components', 'schemas', 'SourceSpecDTO', 'properties', ...way],
    instead: { type: ['object', 'string'] },
    because: 'published specs have an object with a key there',
    shownBy: { path: '/connectionSpecs', body: { items: [{ id: SOME_ID, sourceSpec }] } },
  }
}

function answerOf(path: string): readonly string[] {
  return ['paths', path, 'get', 'responses', '200', 'content', 'application/json', 'schema']
}

/** The columns of a table and, in a preview, its rows. */
const TABLE = {
  type: 'object',
  required: ['format', 'schema'],
  properties: { schema: { type: 'object', required: ['columns'] }, data: { type: 'array' } },
}

const ITEMS = { type: 'object', required: ['items'], properties: { items: { type: 'array' } } }

export const MISTAKES: readonly Mistake[] = [
  keptAsSent(['ScheduleSpecDTO', 'properties', 'startTime'], ['integer', 'string'], {
    scheduleParams: { startTime: '1612310466' },
  }),
  keptAsSent(['ScheduleSpecDTO', 'properties', 'interval'], ['integer', 'string'], {
    scheduleParams: { interval: 15 },
  }),
  keptAsSent(['ScheduleSpecDTO', 'properties', 'backfill'], ['boolean', 'string'], {
    scheduleParams: { backfill: 'true' },
  }),
  keptAsSent(['TransformationSpecDTO', 'properties', 'mappingVersion'], ['integer', 'string'], {
    transformations: [{ name: 'Mapping', params: { mappingVersion: 0 } }],
  }),
  {
    at: ['components', 'schemas', 'FlowSpecItemDTO', 'properties', 'transformationSpecs'],
    instead: { type: 'array', items: { type: 'object', required: ['name', 'spec'] } },
    because: 'a flow spec has several transformations, as every published one shows',
    shownBy: {
      path: '/flowSpecs',
      body: { items: [{ id: SOME_ID, transformationSpecs: [{ name: 'Copy', spec: {} }] }] },
    },
  },
  ...['category', 'icon', 'description', 'label'].map(keyed),
  {
    at: answerOf('/connections/{BASE_CONNECTION_ID}/explore'),
    instead: { anyOf: [{ $ref: '#/components/schemas/ExploreConnectionResponse' }, TABLE] },
    because: 'only the root of a source is a list; a table is an object with its columns',
    shownBy: {
      path: `/connections/${SOME_ID}/explore?objectType=table&object=public.orders`,
      body: { format: 'flat', schema: { columns: [] } },
    },
  },
  ...['/connections/{BASE_CONNECTION_ID}/configs', '/connectionSpecs/{CONNECTION_SPEC_ID}/configs'].map(
    (path) => ({
      at: answerOf(path),
      instead: ITEMS,
      because: 'the example beside the schema is an object with items',
      shownBy: { path: path.replace(/\{.*\}/, SOME_ID), body: { items: [] } },
    }),
  ),
]

/** A copy of a document without its known mistakes. @throws when one of them is no longer there */
export function corrected(
  document: Answer,
  mistakes: readonly Pick<Mistake, 'at' | 'instead'>[] = MISTAKES,
): Answer {
  const copy = structuredClone(document)
  for (const { at, instead } of mistakes) {
    const parent = at.slice(0, -1).reduce((value, name) => value?.[name], copy)
    const name = at.at(-1) ?? ''
    if (parent?.[name] === undefined) throw new Error(`the reference has no ${at.join(' / ')}`)
    parent[name] = instead
  }
  return copy
}
