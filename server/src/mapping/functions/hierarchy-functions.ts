import { isEmpty, sizeOf } from '#mapping/operators.ts'
import { fail, isArray, isMap, textOf, type Value, type ValueMap } from '#mapping/values.ts'
import { arrayAt, mapAt, pairsOf, textAt, textOr, valueAt } from './arguments.ts'
import { defineFunction, type MappingFunction, optional, repeated, required } from './define-function.ts'

const category = 'Hierarchy' as const
const array = required('items', 'array', 'The array')
const object = required('object', 'object', 'The object')

const isEmptyFunction = defineFunction({
  name: 'is_empty',
  category,
  description: 'Tells whether an object, array or text has nothing in it. Null has nothing.',
  params: [required('value', 'any', 'What is looked at')],
  returns: 'True when it is empty',
  returnType: 'boolean',
  example: 'is_empty([1, null, 2, 3])',
  result: 'false',
  nulls: 'handle',
  evaluate: (args) => isEmpty(valueAt(args, 0)),
})

const size = defineFunction({
  name: 'size_of',
  category,
  description: 'Counts the items of an array, the keys of an object or the characters of a text.',
  params: [required('value', 'any', 'What is counted')],
  returns: 'The count',
  returnType: 'integer',
  example: 'size_of([1, 2, 3, 4])',
  result: '4',
  evaluate: (args) => sizeOf(valueAt(args, 0)),
})

const toArray = defineFunction({
  name: 'to_array',
  category,
  description: 'Makes an array of its arguments.',
  params: [required('includeNulls', 'boolean', 'Whether nulls stay'), repeated('value', 'any', 'The items')],
  returns: 'The array',
  returnType: 'array',
  example: 'to_array(false, 1, null, 2, 3)',
  result: '[1,2,3]',
  nulls: 'handle',
  evaluate: ([includeNulls, ...items]) =>
    includeNulls === true ? items : items.filter((item) => item !== null),
})

const addToArray = defineFunction({
  name: 'add_to_array',
  category,
  description: 'An array with more items at its end.',
  params: [array, repeated('value', 'any', 'The items to add')],
  returns: 'The longer array',
  returnType: 'array',
  example: `add_to_array(['a', 'b'], 'c', 'd')`,
  result: '["a","b","c","d"]',
  nulls: 'handle',
  evaluate: (args) => (valueAt(args, 0) === null ? null : [...arrayAt(args, 0), ...args.slice(1)]),
})

const joinArrays = defineFunction({
  name: 'join_arrays',
  category,
  description: 'Puts arrays one behind the other. A null counts as an empty array.',
  params: [repeated('items', 'array', 'The arrays')],
  returns: 'One array',
  returnType: 'array',
  example: `join_arrays(['a', 'b'], ['c'], ['d', 'e'])`,
  result: '["a","b","c","d","e"]',
  nulls: 'handle',
  evaluate: (args) =>
    args.flatMap((_item, index) => (valueAt(args, index) === null ? [] : arrayAt(args, index))),
})

function pairs(name: 'to_object' | 'to_map', what: string): MappingFunction {
  return defineFunction({
    name,
    category,
    description: `Makes ${what} of keys and values that follow one another.`,
    params: [repeated('key', 'string', 'A key'), repeated('value', 'any', 'Its value')],
    returns: what,
    returnType: name === 'to_map' ? 'map' : 'object',
    example: `${name}("firstName", "John", "lastName", "Doe")`,
    result: '{"firstName":"John","lastName":"Doe"}',
    nulls: 'handle',
    evaluate: pairsOf,
  })
}

const arraysToObjects = defineFunction({
  name: 'arrays_to_objects',
  aliases: ['arrays_to_object'],
  category,
  description: 'Zips arrays into one array of objects. A shorter array gives nulls at its end.',
  params: [repeated('key', 'string', 'A member of each object'), repeated('items', 'array', 'Its values')],
  returns: 'The objects',
  returnType: 'array',
  example: `arrays_to_objects('sku', explode("id1|id2", '\\\\|'), 'price', [22.5, 14.35])`,
  result: '[{"sku":"id1","price":22.5},{"sku":"id2","price":14.35}]',
  evaluate: (args) => {
    const columns = [...pairsOf(args)].map(([key, items]): [string, readonly Value[]] => [
      key,
      arrayAt([items], 0),
    ])
    const length = Math.max(0, ...columns.map(([, items]) => items.length))
    return Array.from(
      { length },
      (_, row) => new Map(columns.map(([key, items]) => [key, items[row] ?? null])),
    )
  },
})

const strToObject = defineFunction({
  name: 'str_to_object',
  category,
  description: 'Reads keys and values out of a text and drops the white space around them.',
  params: [
    required('text', 'string', 'The text'),
    optional('valueSeparator', 'string', 'Stands between key and value; a colon unless given'),
    optional('fieldSeparator', 'string', 'Stands between the pairs; a comma unless given'),
  ],
  returns: 'The values by key',
  returnType: 'object',
  example: 'str_to_object("firstName - John ; lastName - Doe", "-", ";").get("firstName")',
  result: 'John',
  evaluate: (args) => readPairs(textAt(args, 0), textOr(args, 1, ':'), textOr(args, 2, ',')),
})

function readPairs(text: string, valueSeparator: string, fieldSeparator: string): ValueMap {
  const map = new Map<string, Value>()
  for (const field of text.split(fieldSeparator)) {
    const place = field.indexOf(valueSeparator)
    if (place >= 0) map.set(field.slice(0, place).trim(), field.slice(place + valueSeparator.length).trim())
  }
  return map
}

const getValues = defineFunction({
  name: 'get_values',
  category,
  description: 'Finds the value of one key in a text of keys and values.',
  params: [
    required('text', 'string', 'The text'),
    required('key', 'string', 'The key'),
    optional('valueSeparator', 'string', 'Stands between key and value; a colon unless given'),
    optional('fieldSeparator', 'string', 'Stands between the pairs; a comma unless given'),
  ],
  returns: 'The value; null when the key is absent',
  returnType: 'string',
  example: 'get_values("firstName - John , lastName - Cena , phone - 555 420 8692", "firstName", "-", ",")',
  result: 'John',
  evaluate: (args) =>
    readPairs(textAt(args, 0), textOr(args, 2, ':'), textOr(args, 3, ',')).get(textAt(args, 1)) ?? null,
})

const getKeys = defineFunction({
  name: 'get_keys',
  category,
  description: 'The keys of an object.',
  params: [object],
  returns: 'The keys',
  returnType: 'array',
  example: 'get_keys({"book1": "Dune", "book2": "1984"})',
  result: '["book1","book2"]',
  evaluate: (args) => [...mapAt(args, 0).keys()],
})

const mapGetValues = defineFunction({
  name: 'map_get_values',
  category,
  description: 'The value of a key, or the values of an array of keys.',
  params: [object, required('keys', 'any', 'A key, or an array of keys')],
  returns: 'The value, or an array of values',
  returnType: 'any',
  example: 'map_get_values({"name": "Dune", "author": "Herbert"}, "author")',
  result: 'Herbert',
  evaluate: (args) => {
    const [map, keys] = [mapAt(args, 0), valueAt(args, 1)]
    if (!isArray(keys)) return map.get(textOf(keys)) ?? null
    return keys.map((key) => map.get(textOf(key)) ?? null)
  },
})

const mapHasKeys = defineFunction({
  name: 'map_has_keys',
  category,
  description: 'Tells whether an object has a key, or one of an array of keys.',
  params: [object, required('keys', 'any', 'A key, or an array of keys')],
  returns: 'True when one is there',
  returnType: 'boolean',
  example: 'map_has_keys({"name": "Dune", "author": "Herbert"}, ["author", "year"])',
  result: 'true',
  evaluate: (args) => {
    const [map, keys] = [mapAt(args, 0), valueAt(args, 1)]
    return (isArray(keys) ? keys : [keys]).some((key) => map.has(textOf(key)))
  },
})

const addToMap = defineFunction({
  name: 'add_to_map',
  category,
  description: 'Puts objects together. Of equal keys the first counts, and a null counts as an empty object.',
  params: [repeated('object', 'object', 'The objects')],
  returns: 'One object',
  returnType: 'map',
  example: 'add_to_map({"a": 1}, {"a": 2, "b": 3})',
  result: '{"a":1,"b":3}',
  nulls: 'handle',
  evaluate: (args) => {
    const maps = args.flatMap((_item, index) => (valueAt(args, index) === null ? [] : [mapAt(args, index)]))
    const merged = new Map<string, Value>()
    for (const [key, value] of maps.flatMap((map) => [...map])) if (!merged.has(key)) merged.set(key, value)
    return merged
  },
})

const objectToMap = defineFunction({
  name: 'object_to_map',
  category,
  description:
    'Makes a map of keys and values, of an object, or of an array of objects by one of their members.',
  params: [
    required('source', 'any', 'A key, an object or an array of objects'),
    { ...repeated('value', 'any', 'A value, or the member that gives the keys'), isOptional: true },
  ],
  returns: 'The map',
  returnType: 'map',
  example: 'object_to_map([{"type": "home", "city": "Rome"}, {"type": "work", "city": "Bern"}], "type")',
  result: '{"home":{"type":"home","city":"Rome"},"work":{"type":"work","city":"Bern"}}',
  nulls: 'handle',
  evaluate: (args) => {
    const source = valueAt(args, 0)
    if (source === null) return null
    if (isMap(source) && args.length === 1) return source
    return isArray(source) && args.length === 2 ? keyBy(source, textAt(args, 1)) : pairsOf(args)
  },
})

const arrayToMap = defineFunction({
  name: 'array_to_map',
  category,
  description: 'Makes a map of an array of objects, keyed by one of their members.',
  params: [array, required('key', 'string', 'The member that gives the keys')],
  returns: 'The map',
  returnType: 'map',
  example: 'array_to_map([{"type": "home", "city": "Rome"}], "type")',
  result: '{"home":{"type":"home","city":"Rome"}}',
  evaluate: (args) => keyBy(arrayAt(args, 0), textAt(args, 1)),
})

function keyBy(items: readonly Value[], member: string): ValueMap {
  return new Map(items.map((item): [string, Value] => [keyOf(item, member), item]))
}

function keyOf(item: Value, member: string): string {
  const key = isMap(item) ? (item.get(member) ?? null) : fail('An array of objects is needed')
  return key === null ? fail('An object lacks the member that gives the key') : textOf(key)
}

function upsert(name: string, params: MappingFunction['params']): MappingFunction {
  return defineFunction({
    name,
    category,
    description: 'The array itself: rows are only ever added here.',
    params,
    returns: 'The same array',
    returnType: 'array',
    example: `${name}([1, 2])`,
    result: '[1,2]',
    evaluate: (args) => arrayAt(args, 0),
  })
}

const containsKey = defineFunction({
  name: 'contains_key',
  aliases: ['is_set'],
  category,
  description:
    'Tells whether the source record has a field. Columns are always there, JSON members may be absent.',
  params: [required('path', 'string', 'Path of the field, as a constant text')],
  returns: 'True when the field is there',
  returnType: 'boolean',
  example: 'contains_key("no_such_column")',
  result: 'false',
  evaluate: () => fail('The path must be a constant text'),
})

export const HIERARCHY_FUNCTIONS: readonly MappingFunction[] = [
  isEmptyFunction,
  size,
  toArray,
  addToArray,
  joinArrays,
  pairs('to_object', 'an object'),
  pairs('to_map', 'a map'),
  arraysToObjects,
  strToObject,
  getValues,
  getKeys,
  mapGetValues,
  mapHasKeys,
  addToMap,
  objectToMap,
  arrayToMap,
  upsert('upsert_array_append', [array]),
  upsert('upsert_array_replace', [array, optional('index', 'integer', 'Has no effect')]),
  containsKey,
]
