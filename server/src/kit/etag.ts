import { randomBytes } from 'node:crypto'

/**
 * A new entity tag, double quotes included, in the form that clients know:
 * `"6802064a-0000-0200-0000-6387c6b90000"`. The last group starts with the second of the change.
 */
export function newEtag(nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000)
    .toString(16)
    .padStart(8, '0')
  return `"${randomBytes(4).toString('hex')}-0000-0200-0000-${seconds}0000"`
}

/**
 * True when a client's `If-Match` names the current tag. Clients send the tag with its quotes, without them
 * or with a weak prefix; `*` matches anything that exists.
 */
export function matchesEtag(given: string, current: string): boolean {
  return given.trim() === '*' || bare(given) === bare(current)
}

function bare(tag: string): string {
  return tag
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1')
}
