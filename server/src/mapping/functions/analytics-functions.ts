import type { Value } from '#mapping/values.ts'
import { textAt } from './arguments.ts'
import { defineFunction, type MappingFunction, required } from './define-function.ts'

const category = 'Analytics' as const
const products = required('products', 'string', 'List of products as Analytics writes it')
const events = required('events', 'string', 'List of events as Analytics writes it')

interface AnalyticsEvent {
  readonly value: string | undefined
  readonly id: string | undefined
}

/** `event101=5:123456` has the value 5 and the id 123456. */
function findEvent(list: string, separator: string, name: string): AnalyticsEvent | undefined {
  for (const item of list.split(separator)) {
    const match = /^\s*([^=:]+)(?:=([^:]*))?(?::(.*))?$/.exec(item)
    if (match?.[1]?.trim() === name) return { value: match[2], id: match[3] }
  }
  return undefined
}

function eventFunction(
  name: string,
  description: string,
  result: string,
  take: (event: AnalyticsEvent) => Value,
): MappingFunction {
  return defineFunction({
    name,
    category,
    description,
    params: [events, required('name', 'string', 'Name of the event')],
    returns: 'What was found; null when the event is absent',
    returnType: 'string',
    example: `${name}("event101=5:123456,scOpen", "event101")`,
    result,
    evaluate: (args) => {
      const event = findEvent(textAt(args, 0), ',', textAt(args, 1))
      return event ? take(event) : null
    },
  })
}

/** One of the parts of every product: category;name;quantity;price;events;evars. */
function partsOfProducts(text: string, index: number): string[] {
  return text.split(',').map((product) => product.split(';')[index] ?? '')
}

function partFunction(name: string, what: string, index: number, result: string): MappingFunction {
  return defineFunction({
    name,
    category,
    description: `The ${what} of each product in a list.`,
    params: [products],
    returns: `The ${what}, null where a product has none`,
    returnType: 'array',
    example: `${name}(";P1;1;3.50,C2;P2;1;5.99")`,
    result,
    evaluate: (args) => partsOfProducts(textAt(args, 0), index).map((part) => (part === '' ? null : part)),
  })
}

const eventValues = defineFunction({
  name: 'aa_get_product_event_values',
  category,
  description: 'The values of one event in each product of a list.',
  params: [products, required('event', 'string', 'Name of the event')],
  returns: 'The values, null where a product lacks the event',
  returnType: 'array',
  example: 'aa_get_product_event_values(";P1;1;4.20;event1=2.3|event2=5:1,;P2;1;4.20;event1=3", "event1")',
  result: '["2.3","3"]',
  evaluate: (args) =>
    partsOfProducts(textAt(args, 0), 4).map((part) => {
      const event = findEvent(part, '|', textAt(args, 1))
      return event ? (event.value ?? '1') : null
    }),
})

const evars = defineFunction({
  name: 'aa_get_product_evars',
  category,
  description: 'The values of one evar in each product of a list.',
  params: [products, required('evar', 'string', 'Name of the evar')],
  returns: 'The values, null where a product lacks the evar',
  returnType: 'array',
  example: 'aa_get_product_evars(";P1;;;;eVar1=red|eVar2=big,;P2;;;;eVar2=small", "eVar2")',
  result: '["big","small"]',
  evaluate: (args) =>
    partsOfProducts(textAt(args, 0), 5).map((part) => {
      const prefix = `${textAt(args, 1)}=`
      const pair = part.split('|').find((item) => item.startsWith(prefix))
      return pair === undefined ? null : pair.slice(prefix.length)
    }),
})

export const ANALYTICS_FUNCTIONS: readonly MappingFunction[] = [
  eventFunction(
    'aa_get_event_id',
    'The id that follows an event in a list.',
    '123456',
    (event) => event.id ?? null,
  ),
  eventFunction(
    'aa_get_event_value',
    'The value of an event in a list, 1 where it has none of its own.',
    '5',
    (event) => event.value ?? '1',
  ),
  partFunction('aa_get_product_categories', 'category', 0, '[null,"C2"]'),
  partFunction('aa_get_product_names', 'name', 1, '["P1","P2"]'),
  partFunction('aa_get_product_quantities', 'quantity', 2, '["1","1"]'),
  partFunction('aa_get_product_prices', 'price', 3, '["3.50","5.99"]'),
  eventValues,
  evars,
]
