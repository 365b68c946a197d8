import type { FilterNode, FilterValue, FnApply, Scalar } from '#source/postgres/filter/filter-tree.ts'

/** Prints a tree as PQL text that parses to an equal tree. A join of one operand has no text. */
export function printPql(node: FnApply): string {
  const name = node.fnName.toLowerCase()
  if (name === 'not') return `not (${printPql(node.params[0] as FnApply)})`
  if (name === 'and' || name === 'or') {
    return node.params.map((param) => operand(param as FnApply)).join(` ${name} `)
  }
  const [left, right, ...more] = node.params.map(printLeaf)
  if (name === 'isnull' || name === 'isnotnull') return `${node.fnName}(${left})`
  if (/^[=!<>]/.test(name) || name === 'like' || name === 'in' || name === 'notin')
    return `${left} ${node.fnName} ${right}`
  return `${left}.${node.fnName}(${[right, ...more].join(', ')})`
}

function operand(node: FnApply): string {
  const isJoin = node.fnName === 'and' || node.fnName === 'or'
  return isJoin ? `(${printPql(node)})` : printPql(node)
}

function printLeaf(node: FilterNode): string {
  if (node.nodeType === 'fieldLookup') return `\`${node.fieldName.replaceAll('`', '``')}\``
  if (node.nodeType === 'fnApply') throw new TypeError('A condition is no operand.')
  return printValue(node)
}

function printValue({ value, literalType }: FilterValue): string {
  if (literalType !== undefined) return String(value)
  return typeof value === 'object' ? `[${value.map(printScalar).join(', ')}]` : printScalar(value as Scalar)
}

function printScalar(value: Scalar): string {
  return typeof value === 'string' ? `"${value.replace(/["\\]/g, '\\$&')}"` : String(value)
}
