import { type Child, h } from '../dom.ts'
import { formatAmount, formatDuration } from '../format.ts'
import type { QueryResult } from '../shapes.ts'

/** The rows of a statement. */
export function viewResult({ columns, rows, truncated }: QueryResult, tookMs: number): readonly Child[] {
  const count = truncated ? `The first ${formatAmount(rows.length, 'row')}` : formatAmount(rows.length, 'row')
  const areNumbers = columns.map(({ type }) => NUMBER.test(type))
  return [
    h('p', { class: 'result-note' }, `${count} in ${formatDuration(tookMs)}`),
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Result' },
      h(
        'table',
        { class: 'grid' },
        h('thead', {}, h('tr', {}, ...columns.map(({ name, type }, index) => viewHead(name, type, areNumbers[index])))),
        h('tbody', {}, ...rows.map((row) => h('tr', {}, ...row.map((value, index) => viewValue(value, areNumbers[index]))))),
      ),
    ),
  ]
}

const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\b.*)$/

function viewHead(name: string, type: string, isNumber: boolean | undefined): HTMLElement {
  return h('th', { scope: 'col', class: isNumber && 'number' }, name, h('small', {}, type.length > 24 ? `${type.slice(0, 23)}…` : type))
}

function viewValue(value: unknown, isNumber: boolean | undefined): HTMLElement {
  if (value === null) return h('td', { class: 'null' }, 'null')
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return h('td', { class: isNumber && 'number' }, text)
}

/** Why there are none. The engine marks the place in lines of their own, so they are kept. */
export function viewQueryProblem(message: string): readonly Child[] {
  return [h('pre', { class: 'problem', role: 'alert' }, message)]
}
