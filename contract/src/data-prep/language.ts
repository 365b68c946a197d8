import { type Static, Type } from 'typebox'
import { OPEN, Words } from '../schema-parts.ts'

/** The language of expressions. */

export const ExpressionBody = Type.Object(
  {
    expression: Type.Union([Type.String(), Type.Object({ expression: Type.String() }, OPEN)], {
      description: 'The expression to check',
    }),
  },
  {
    ...OPEN,
    title: 'ExpressionBody',
    description: 'An expression',
    examples: [{ expression: 'concat("Hi", ",")' }],
  },
)
export type ExpressionBody = Static<typeof ExpressionBody>

export const ExpressionValidation = Type.Object(
  {
    validationStatus: Words(['succeeded', 'failed']),
    error: Type.String({ description: '`none`, or what is wrong' }),
  },
  {
    title: 'ExpressionValidation',
    description: 'Whether an expression can be understood',
    examples: [{ validationStatus: 'succeeded', error: 'none' }],
  },
)
export type ExpressionValidation = Static<typeof ExpressionValidation>

const FunctionParam = Type.Object(
  {
    name: Type.String(),
    description: Type.String(),
    type: Type.String(),
    dataType: Type.String(),
    position: Type.Integer(),
  },
  { title: 'MappingFunctionParam' },
)

const MappingFunction = Type.Object(
  {
    category: Type.String({ examples: ['String'] }),
    function: Type.String({ examples: ['upper'] }),
    description: Type.String(),
    syntax: Type.String(),
    returns: Type.String(),
    returnType: Type.String(),
    example: Type.String(),
    result: Type.String(),
    params: Type.Array(FunctionParam),
    since: Type.String(),
  },
  { title: 'MappingFunction', description: 'A function of expressions' },
)

export const MappingFunctions = Type.Array(MappingFunction, {
  examples: [
    [
      {
        category: 'String',
        function: 'upper',
        description: 'The text in upper case',
        syntax: 'upper(text)',
        returns: 'The text in upper case',
        returnType: 'string',
        example: 'upper("a")',
        result: '"A"',
        params: [{ name: 'text', description: 'A text', type: 'required', dataType: 'string', position: 1 }],
        since: '1.0',
      },
    ],
  ],
})
export type MappingFunctions = Static<typeof MappingFunctions>

const MappingOperator = Type.Object(
  {
    operatorSymbol: Type.String({ examples: ['+'] }),
    methodName: Type.String(),
    numberOfOperands: Type.Integer(),
    description: Type.String(),
    example: Type.String(),
  },
  { title: 'MappingOperator', description: 'An operator of expressions' },
)

export const MappingOperators = Type.Array(MappingOperator, {
  examples: [
    [
      {
        operatorSymbol: '+',
        methodName: 'add',
        numberOfOperands: 2,
        description: 'The sum of two numbers',
        example: '1 + 2',
      },
    ],
  ],
})
export type MappingOperators = Static<typeof MappingOperators>
