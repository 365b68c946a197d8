import { type Child, h } from '../dom.ts'
import { formatAgo, formatTime } from '../format.ts'

/** Small pieces that several views are made of. */

/** A point in time, told by its distance; the exact one on hover. */
export function ago(atMs: number, nowMs: number): HTMLElement {
  const attributes = { datetime: new Date(atMs).toISOString(), title: formatTime(atMs) }
  return h('time', attributes, formatAgo(atMs, nowMs))
}

export type Tone = 'good' | 'bad' | 'busy' | 'quiet'

/** A word with a coloured mark; the word alone says it all. */
export function badge(tone: Tone, word: string): HTMLElement {
  return h('span', { class: `badge ${tone}` }, word)
}

/** Names and values beside each other. */
export function facts(...pairs: readonly (readonly [name: string, value: Child] | undefined)[]): HTMLElement {
  const shown = pairs.filter((pair) => pair !== undefined)
  return h(
    'dl',
    { class: 'facts' },
    ...shown.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
  )
}

/** What is told where there is nothing yet. */
export function empty(title: string, ...more: readonly Child[]): HTMLElement {
  return h('div', { class: 'empty', 'data-key': 'empty' }, h('p', { class: 'empty-title' }, title), ...more)
}

/** A command to be copied. It wraps where it is too long. */
export function command(text: string): HTMLElement {
  return h('div', { class: 'snippet wrap' }, h('pre', {}, h('code', {}, text)), copyButton())
}

/** Code to be copied. It scrolls where it is too wide, by keyboard as well. */
export function code(text: string, label: string): HTMLElement {
  const pre = h('pre', { tabindex: 0, role: 'group', 'aria-label': label }, h('code', {}, text))
  return h('div', { class: 'snippet' }, pre, copyButton())
}

function copyButton(): HTMLElement {
  return h('button', { type: 'button', class: 'small', 'data-action': 'copy' }, 'Copy')
}

/** Grey lines in the place of rows that are on their way. */
export function skeleton(): HTMLElement {
  const line = () => h('div', { class: 'skeleton-line' })
  return h(
    'div',
    { class: 'skeleton', 'data-key': 'skeleton' },
    h('span', { class: 'sr' }, 'Loading…'),
    line(),
    line(),
    line(),
  )
}

export function unavailable(problem: string): HTMLElement {
  return h(
    'div',
    { class: 'empty', 'data-key': 'unavailable' },
    h('p', { class: 'empty-title' }, 'Not loaded'),
    h('p', {}, problem),
  )
}

/** The button below a list of which not all is shown. */
export function more(list: ListName, words: string): HTMLElement {
  return h(
    'p',
    { class: 'more', 'data-key': 'more' },
    h('button', { type: 'button', 'data-action': 'more', 'data-list': list }, words),
  )
}

export type ListName = 'flows' | 'runs' | 'datasets'

/** What a list is drawn with. */
export interface ListOptions {
  readonly nowMs: number
  /** How many of the items are shown. */
  readonly limit: number
}
