import { badRequest } from './problems.ts'

const ISO_TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/

/** A time in ISO 8601, in UTC where it has no zone, as epoch milliseconds. Throws PlainProblem 400. */
export function readTime(name: string, text: string | undefined): number {
  const isTime = text !== undefined && ISO_TIME.test(text)
  const hasZone = isTime && (text.length === 10 || /(Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10)))
  const ms = isTime ? Date.parse(hasZone ? text : `${text}Z`) : Number.NaN
  if (Number.isFinite(ms)) return ms
  const shown = text === undefined ? 'missing' : `'${text}'`
  throw badRequest(`The parameter '${name}' must be a time like 2025-10-01T00:00:00Z, not ${shown}.`)
}

/** A whole number within bounds. Throws PlainProblem 400. */
export function readCount(
  name: string,
  text: string | undefined,
  { fallback, min, max }: { readonly fallback: number; readonly min: number; readonly max: number },
): number {
  if (text === undefined) return fallback
  const count = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (count >= min && count <= max) return count
  throw badRequest(`The parameter '${name}' must be a whole number from ${min} to ${max}, not '${text}'.`)
}
