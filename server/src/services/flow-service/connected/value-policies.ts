import { isObject, type JsonObject } from '#kit/json.ts'
import { nearestName } from '#kit/nearest.ts'
import { VALUE_POLICIES, type ValuePolicies, type ValuePolicy } from '#mapping/value-policy.ts'
import { invalidRequest } from '#services/flow-service/problems.ts'

const FIELD = 'params.valuePolicy'

/**
 * What becomes of values that PostgreSQL can hold and a field cannot, from the parameters of a source connection: one
 * word for all, or `{default, columns: {name: word}}`. @throws {FlowProblem} 1100
 */
export function readValuePolicies({ valuePolicy }: JsonObject): ValuePolicies | undefined {
  if (valuePolicy === undefined) return undefined
  if (typeof valuePolicy === 'string') return { default: readPolicy(valuePolicy, FIELD) }
  if (!isObject(valuePolicy))
    throw invalidRequest(`${FIELD} must be one of ${WORDS}, or {"default": …, "columns": {…}}.`, FIELD)
  const { default: common, columns = {}, ...others } = valuePolicy
  const [other] = Object.keys(others)
  if (other !== undefined)
    throw invalidRequest(`${FIELD} has default and columns, not ${other}.`, `${FIELD}.${other}`)
  if (!isObject(columns))
    throw invalidRequest(`${FIELD}.columns must be an object: {"<column>": "<policy>"}.`, `${FIELD}.columns`)
  const named = Object.entries(columns).map(([name, word]): [string, ValuePolicy] => [
    name,
    readPolicy(word, `${FIELD}.columns.${name}`),
  ])
  const general = common === undefined ? undefined : readPolicy(common, `${FIELD}.default`)
  return { default: general, columns: Object.fromEntries(named) }
}

const WORDS = VALUE_POLICIES.map((word) => `"${word}"`).join(', ')

function readPolicy(word: unknown, field: string): ValuePolicy {
  const known = VALUE_POLICIES.find((policy) => policy === word)
  if (known !== undefined) return known
  const near = typeof word === 'string' ? nearestName(word, VALUE_POLICIES) : undefined
  const hint = near === undefined ? '' : ` Did you mean "${near}"?`
  throw invalidRequest(`${field} ${JSON.stringify(word)} is not one of ${WORDS}.${hint}`, field)
}
