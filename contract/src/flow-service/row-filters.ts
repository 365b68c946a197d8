import { type Static, Type } from 'typebox'
import { Filled, OPEN, Words } from '../schema-parts.ts'

/** Conditions on the rows of a source, in PQL: as a tree or as text. */

const Scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()])

const FieldLookup = Type.Object(
  { nodeType: Words(['fieldLookup']), fieldName: Filled('Name of a column', { examples: ['city'] }) },
  { ...OPEN, title: 'FieldLookup', description: 'A column' },
)

const Literal = Type.Object(
  {
    nodeType: Words(['literal']),
    literalType: Type.Optional(Type.String({ description: '`Integer`, `Double` and others; not needed' })),
    value: Type.Union([Scalar, Type.Array(Scalar)]),
  },
  { ...OPEN, title: 'Literal', description: 'A value, or for lists several' },
)

/** A node of the tree. It holds others of its kind, so it is referred to by its name. */
export type RowFilterNode = FnApply | Static<typeof FieldLookup> | Static<typeof Literal>

export interface FnApply {
  readonly nodeType: 'fnApply'
  readonly fnName: string
  readonly params: readonly RowFilterNode[]
}

const FnApply = Type.Unsafe<FnApply>({
  ...Type.Object(
    {
      nodeType: Words(['fnApply']),
      fnName: Filled('`=`, `<`, `like`, `in`, `isNull`, `and`, `or`, `not` …; in any case of letters', {
        examples: ['like'],
      }),
      params: Type.Array(Type.Unsafe<RowFilterNode>({ $ref: '#/components/schemas/RowFilterNode' }), {
        minItems: 1,
      }),
    },
    OPEN,
  ),
  title: 'FnApply',
  description: 'A function applied to columns, values or other conditions',
})

export const RowFilterNode = Type.Unsafe<RowFilterNode>({
  anyOf: [FnApply, FieldLookup, Literal],
  title: 'RowFilterNode',
  description: 'A node of a condition',
})

export const RowFilter = Type.Object(
  {
    type: Words(['PQL']),
    format: Type.Optional(
      Words(['pql/json', 'pql/text', 'application/json', 'text/plain'], {
        description: 'How `value` is written; its kind decides when absent',
      }),
    ),
    value: Type.Union([RowFilterNode, Type.String()], {
      description: 'A tree, or text such as `city like "Los%" and amount >= 10`',
    }),
  },
  {
    ...OPEN,
    title: 'RowFilter',
    description: 'A condition that PostgreSQL evaluates, so that other rows are neither sent nor counted',
    examples: [
      { type: 'PQL', format: 'pql/text', value: 'city like "Los%" and amount >= 10' },
      {
        type: 'PQL',
        format: 'pql/json',
        value: {
          nodeType: 'fnApply',
          fnName: 'like',
          params: [
            { nodeType: 'fieldLookup', fieldName: 'city' },
            { nodeType: 'literal', value: 'Los%' },
          ],
        },
      },
    ],
  },
)
export type RowFilter = Static<typeof RowFilter>
