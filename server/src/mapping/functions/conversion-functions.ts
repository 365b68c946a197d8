import { randomUUID } from 'node:crypto'
import { Decimal, decimalToNumber, numberToDecimal, parseDecimal, truncateDecimal } from '#mapping/decimal.ts'
import { parseJsonValue } from '#mapping/parse-json.ts'
import { fail, typeNameOf, type Value } from '#mapping/values.ts'
import { textAt, valueAt } from './arguments.ts'
import { defineFunction, type MappingFunction, required } from './define-function.ts'

const value = required('value', 'string', 'The text or number to convert')

/** A number of any kind, exactly. */
function exactNumber(source: Value): Decimal {
  if (source instanceof Decimal) return source
  if (typeof source === 'bigint') return new Decimal(source, 0)
  const decimal = typeof source === 'number' ? numberToDecimal(source) : decimalInText(source)
  return decimal ?? fail(`${typeNameOf(source)} can't be read as a number`)
}

function decimalInText(source: Value): Decimal | undefined {
  return typeof source === 'string' ? parseDecimal(source.trim()) : undefined
}

function toInteger(source: Value): bigint {
  if (typeof source === 'string' && !/^[+-]?\d+$/.test(source.trim()))
    return fail('The text is no whole number')
  const number = exactNumber(source)
  const whole = truncateDecimal(number)
  if (whole * 10n ** BigInt(number.scale) !== number.unscaled) return fail('The number is not whole')
  return BigInt.asIntN(32, whole) === whole ? whole : fail('The number is out of the range of an integer')
}

function conversion(options: {
  name: string
  what: string
  returns: string
  returnType: string
  sample: readonly [argument: string, result: string]
  convert: (source: Value) => Value
}): MappingFunction {
  const { name, what, returns, returnType, sample, convert } = options
  return defineFunction({
    name,
    category: 'Type conversion',
    description: `Converts a text or a number to ${what}.`,
    params: [value],
    returns,
    returnType,
    example: `${name}("${sample[0]}")`,
    result: sample[1],
    evaluate: (args) => convert(valueAt(args, 0)),
  })
}

const uuid = defineFunction({
  name: 'uuid',
  aliases: ['guid'],
  category: 'Special',
  description: 'A random identifier, another one for each row.',
  params: [],
  returns: 'Version 4 UUID',
  returnType: 'string',
  example: 'uuid()',
  result: '7c0267d2-bb74-4e1a-9275-3bf4fccda5f4',
  isPure: false,
  evaluate: () => randomUUID(),
})

const jsonToObject = defineFunction({
  name: 'json_to_object',
  category: 'JSON',
  description: 'Reads a text of JSON. Whole numbers keep all their digits.',
  params: [required('json', 'string', 'The text')],
  returns: 'The object, array or plain value',
  returnType: 'object',
  example: 'json_to_object("{\\"info\\":{\\"firstName\\":\\"John\\"}}").info.firstName',
  result: 'John',
  evaluate: (args) => parseJsonValue(textAt(args, 0)),
})

export const CONVERSION_FUNCTIONS: readonly MappingFunction[] = [
  conversion({
    name: 'to_bigint',
    what: 'a whole number of any size, dropping the fraction',
    returns: 'The whole number',
    returnType: 'long',
    sample: ['1000000.34', '1000000'],
    convert: (source) => truncateDecimal(exactNumber(source)),
  }),
  conversion({
    name: 'to_decimal',
    what: 'a decimal number with all its digits',
    returns: 'The number',
    returnType: 'double',
    sample: ['20.5', '20.5'],
    convert: exactNumber,
  }),
  conversion({
    name: 'to_float',
    what: 'the nearest 32-bit floating-point number',
    returns: 'The number',
    returnType: 'float',
    sample: ['12.25', '12.25'],
    convert: (source) => {
      const number = Math.fround(decimalToNumber(exactNumber(source)))
      return Number.isFinite(number) ? number : fail('The number is out of the range of a float')
    },
  }),
  conversion({
    name: 'to_integer',
    what: 'a 32-bit whole number',
    returns: 'The whole number',
    returnType: 'integer',
    sample: ['12', '12'],
    convert: toInteger,
  }),
  jsonToObject,
  uuid,
]
