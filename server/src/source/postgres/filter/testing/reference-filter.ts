import type { FieldLookup, FilterValue, FnApply, Scalar } from '#source/postgres/filter/filter-tree.ts'

export type ReferenceRow = Readonly<Record<string, Scalar | null>>

/** True, false, or null for unknown. */
type Truth = boolean | null

/**
 * What a filter means, written as plainly as can be: three-valued logic over rows whose values are numbers,
 * booleans, and texts that are ordered by their code units (dates in ISO form among them).
 */
export function holds(node: FnApply, row: ReferenceRow): Truth {
  switch (node.fnName) {
    case 'and':
      return all(node.params.map((param) => holds(param as FnApply, row)))
    case 'or':
      return not(all(node.params.map((param) => not(holds(param as FnApply, row)))))
    case 'not':
      return not(holds(node.params[0] as FnApply, row))
    default:
      return holdsLeaf(node, row)
  }
}

function all(truths: readonly Truth[]): Truth {
  return truths.includes(false) ? false : truths.includes(null) ? null : true
}

function not(truth: Truth): Truth {
  return truth === null ? null : !truth
}

function holdsLeaf({ fnName, params }: FnApply, row: ReferenceRow): Truth {
  const isFlipped = params[0]?.nodeType === 'literal'
  const field = params[isFlipped ? 1 : 0] as FieldLookup
  const { value } = (params[isFlipped ? 0 : 1] ?? { value: [] }) as FilterValue
  const found = row[field.fieldName] ?? null
  if (fnName === 'isNull' || fnName === 'isNotNull') return (found === null) === (fnName === 'isNull')
  if (typeof value === 'object') {
    const isAmong = value.some((item) => order(found, item) === 0)
    if (fnName === 'notIn') return found !== null && !isAmong
    return value.length === 0 ? false : found === null ? null : isAmong
  }
  if (found === null) return null
  const flag = (params[2] as FilterValue | undefined)?.value
  if (typeof found === 'string' && MATCHES[fnName] !== undefined)
    return flag === false
      ? MATCHES[fnName](found.toLowerCase(), String(value).toLowerCase())
      : MATCHES[fnName](found, String(value))
  const sign = isFlipped ? order(value, found) : order(found, value)
  return COMPARISONS[fnName]?.(sign) ?? null
}

/** The literal is read as the value is: "7" is 7 for a number, "true" true for a boolean, and false < true. */
function order(left: Scalar | null, right: Scalar | null): number {
  if (typeof left === 'number' || typeof right === 'number') return Math.sign(Number(left) - Number(right))
  const [before, after] = [String(left), String(right)]
  return before === after ? 0 : before < after ? -1 : 1
}

const COMPARISONS: Readonly<Record<string, (sign: number) => boolean>> = {
  '=': (sign) => sign === 0,
  '==': (sign) => sign === 0,
  '!=': (sign) => sign !== 0,
  '<': (sign) => sign < 0,
  '<=': (sign) => sign <= 0,
  '>': (sign) => sign > 0,
  '>=': (sign) => sign >= 0,
}

const MATCHES: Readonly<Record<string, (found: string, text: string) => boolean>> = {
  startsWith: (found, text) => found.startsWith(text),
  doesNotStartWith: (found, text) => !found.startsWith(text),
  endsWith: (found, text) => found.endsWith(text),
  doesNotEndWith: (found, text) => !found.endsWith(text),
  contains: (found, text) => found.includes(text),
  doesNotContain: (found, text) => !found.includes(text),
  equals: (found, text) => found === text,
  notEqualTo: (found, text) => found !== text,
  like: (found, pattern) => likeExpression(pattern).test(found),
}

/** PostgreSQL's `like`: `%`, `_`, and a backslash before what stands for itself. */
export function likeExpression(pattern: string): RegExp {
  const pieces = [...pattern.matchAll(/\\([\s\S])|[\s\S]/gu)].map(([character, plain]) => {
    if (plain === undefined && character === '%') return '.*'
    if (plain === undefined && character === '_') return '.'
    return `\\u{${((plain ?? character).codePointAt(0) ?? 0).toString(16)}}`
  })
  return new RegExp(`^${pieces.join('')}$`, 'su')
}
