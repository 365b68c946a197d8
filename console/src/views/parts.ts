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
  return h('dl', { class: 'facts' }, ...shown.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))))
}

/** What is told where there is nothing yet. */
export function empty(title: string, ...more: readonly Child[]): HTMLElement {
  return h('div', { class: 'empty', 'data-key': 'empty' }, h('p', { class: 'empty-title' }, title), ...more)
}

/** A text to be copied. A command is wrapped where it is too long, code is scrolled. */
export function snippet(text: string, label: string, kind: 'command' | 'code'): HTMLElement {
  return h(
    'div',
    { class: kind === 'command' ? 'snippet wrap' : 'snippet' },
    h('pre', { tabindex: 0, role: 'group', 'aria-label': label }, h('code', {}, text)),
    h('button', { type: 'button', class: 'small', 'data-action': 'copy' }, 'Copy'),
  )
}

/** Grey lines in the place of rows that are on their way. */
export function skeleton(): HTMLElement {
  const line = () => h('div', { class: 'skeleton-line' })
  return h('div', { class: 'skeleton', 'data-key': 'skeleton' }, h('span', { class: 'sr' }, 'Loading…'), line(), line(), line())
}

export function unavailable(problem: string): HTMLElement {
  return h('div', { class: 'empty', 'data-key': 'unavailable' }, h('p', { class: 'empty-title' }, 'Not loaded'), h('p', {}, problem))
}
