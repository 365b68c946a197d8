import type { QueryResult } from '@headwater/contract/query.ts'
import { type Child, h } from '../dom.ts'
import { type FlatColumn, flatten } from '../flatten.ts'
import { formatAmount, formatDuration } from '../format.ts'

/** The rows of a statement. */
export function viewResult(result: QueryResult, tookMs: number): readonly Child[] {
  const { columns, rows } = flatten(result)
  const count = formatAmount(rows.length, 'row')
  const areNumbers = columns.map(({ type }) => NUMBER.test(type))
  return [
    h(
      'p',
      { class: 'result-note' },
      `${result.truncated ? `The first ${count}` : count} in ${formatDuration(tookMs)}`,
    ),
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Result' },
      h(
        'table',
        { class: 'grid' },
        h('thead', {}, h('tr', {}, ...columns.map((column, index) => viewHead(column, areNumbers[index])))),
        h(
          'tbody',
          {},
          ...rows.map((row) =>
            h('tr', {}, ...row.map((value, index) => viewValue(value, areNumbers[index]))),
          ),
        ),
      ),
    ),
  ]
}

const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\b.*)$/

function viewHead({ path, type }: FlatColumn, isNumber: boolean | undefined): HTMLElement {
  const parents = path.slice(0, -1).map((name) => `${name}.`)
  return h(
    'th',
    { scope: 'col', class: isNumber && 'number' },
    h('small', {}, parents.join('')),
    path.at(-1),
    h('small', {}, type),
  )
}

function viewValue(value: unknown, isNumber: boolean | undefined): HTMLElement {
  if (value === null) return h('td', { class: isNumber ? 'null number' : 'null' }, 'null')
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return h('td', { class: isNumber && 'number' }, text)
}

/** Why there are none. The engine marks the place in lines of their own, so they are kept. */
export function viewQueryProblem(message: string): readonly Child[] {
  return [h('pre', { class: 'problem', role: 'alert' }, message)]
}
