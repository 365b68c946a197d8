import { type Static, Type } from 'typebox'
import { AnyObject, OPEN, Words } from '../schema-parts.ts'
import { SOME } from './ids.ts'

/** Creates, patches and actions: what they have in common. */

export const CreateQuery = Type.Object(
  {
    mode: Type.Optional(
      Words(['draft'], {
        title: 'Mode',
        description: '`draft` to store something incomplete that is published later',
      }),
    ),
  },
  OPEN,
)
export type CreateQuery = Static<typeof CreateQuery>

export const PatchQuery = Type.Object(
  {
    'if-match': Type.Optional(
      Type.String({
        title: 'IfMatchQuery',
        description: 'The etag, for clients that cannot send the header. The header wins',
      }),
    ),
  },
  OPEN,
)

/** Where the version has to be told, in the header or the query. */
export const IfMatchHeader = Type.Object(
  {
    'if-match': Type.Optional(
      Type.String({
        title: 'IfMatch',
        description:
          'The etag of the resource as you last read it, with or without its double quotes; `*` for any. Needed, here or in the query',
        examples: [SOME.etag],
      }),
    ),
  },
  OPEN,
)

/** Where the version may be told. */
export const OptionalIfMatchHeader = Type.Object(
  {
    'if-match': Type.Optional(
      Type.String({
        title: 'OptionalIfMatch',
        description:
          'The etag of the resource as you last read it; refused with 412 when it is another by now',
        examples: [SOME.etag],
      }),
    ),
  },
  OPEN,
)

const Path = Type.String({
  pattern: '^/',
  description: 'JSON Pointer: where in the resource',
  examples: ['/name'],
})

/** Neither case matters; these are the spellings in use. */
const spellings = <const Word extends string>(...words: readonly Word[]) =>
  Words([...words, ...words.map(capitalized), ...words.map(upper)])

const capitalized = <Word extends string>(word: Word) =>
  `${word.charAt(0).toUpperCase()}${word.slice(1)}` as Capitalize<Word>
const upper = <Word extends string>(word: Word) => word.toUpperCase() as Uppercase<Word>

const PatchWrite = Type.Object(
  { op: spellings('add', 'replace'), path: Path, value: Type.Unknown({ description: 'The new value' }) },
  { ...OPEN, title: 'PatchWrite', description: 'Sets what `path` leads to; `replace` needs it to be there' },
)
const PatchRemove = Type.Object(
  { op: spellings('remove'), path: Path },
  {
    ...OPEN,
    title: 'PatchRemove',
    description: 'Takes away what `path` leads to; a `value` is not looked at',
  },
)

export const PatchInstruction = Type.Union([PatchWrite, PatchRemove], {
  title: 'PatchInstruction',
  description: 'One operation of a JSON Patch (RFC 6902)',
})
export type PatchInstruction = Static<typeof PatchInstruction>

/** One operation may come without its array. */
export const PatchBody = Type.Union([Type.Array(PatchInstruction, { minItems: 1 }), PatchInstruction], {
  title: 'Patch',
  description: 'Operations that apply in their order, all or none',
  examples: [[{ op: 'replace', path: '/name', value: 'Orders, hourly' }]],
})
export type PatchBody = Static<typeof PatchBody>

/** The query of an action: the words that the resource knows, and the parts of those that providers report. */
export const actionQuery = <const Action extends string>(actions: readonly Action[]) =>
  Type.Object(
    {
      op: Words(actions, {
        description:
          'The action; neither case nor `-` or `_` matter. Those of providers, `finalize` and `finalize-update`, are refused',
        examples: actions.slice(0, 1),
      }),
      subOp: Type.Optional(
        Type.Array(Words(['apply', 'rollback', 'progress']), {
          title: 'SubOp',
          description: 'A part of the action; of no use to clients that provide no source',
        }),
      ),
      ...PatchQuery.properties,
    },
    OPEN,
  )

export const StateAction = Type.Object(
  {
    percentCompleted: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
    status: Type.Optional(
      Type.Object(
        {
          value: Type.Optional(
            Words([
              'IN_PROGRESS',
              'COMPLETED',
              'SUCCESS',
              'PARTIAL_SUCCESS',
              'FAILED',
              'PARTIAL_FAILURE',
              'QUEUED',
              'SCHEDULED',
            ]),
          ),
          properties: Type.Optional(Type.Unknown({ description: 'Anything that belongs to the status' })),
          errors: Type.Optional(
            Type.Array(AnyObject('An error: `code`, `message`, `details`'), {
              description: 'What went wrong',
            }),
          ),
        },
        OPEN,
      ),
    ),
    recordTypes: Type.Optional(
      Type.Array(AnyObject('A type: `type`, `extensions`'), { description: 'What the records are' }),
    ),
  },
  {
    ...OPEN,
    title: 'StateAction',
    description: 'How far a provider is. Clients that provide no source send nothing',
    examples: [{}],
  },
)
export type StateAction = Static<typeof StateAction>
