import { MappingSyntaxError } from './mapping-syntax-error.ts'

/** One step of a path: a name, a place in a list, or every place. */
export type PathStep =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'every' }

const NAME = /(?:[^.[\]\\]|\\[\s\S])+/y
const INDEX = /\[(\d{1,9}|\*)\]/y

/**
 * Reads `a.b[0].c`, `list[*].x`. A dot, bracket or backslash that belongs to a name has a backslash before it.
 * @throws MappingSyntaxError for an empty path or an empty step
 */
export function parsePath(path: string): readonly PathStep[] {
  const steps: PathStep[] = []
  let position = 0
  do {
    position = readName(path, position, steps)
    position = readIndexes(path, position, steps)
    if (position < path.length && path[position] !== '.') {
      throw new MappingSyntaxError(`"${path}" is no path`, position)
    }
  } while (position++ < path.length)
  return steps
}

function readName(path: string, position: number, steps: PathStep[]): number {
  NAME.lastIndex = position
  const match = NAME.exec(path)
  if (!match) throw new MappingSyntaxError(`"${path}" is no path: a name is missing`, position)
  steps.push({ kind: 'name', name: match[0].replace(/\\([\s\S])/g, '$1') })
  return NAME.lastIndex
}

function readIndexes(path: string, start: number, steps: PathStep[]): number {
  let position = start
  for (;;) {
    INDEX.lastIndex = position
    const match = INDEX.exec(path)
    if (!match) return position
    steps.push(match[1] === '*' ? { kind: 'every' } : { kind: 'index', index: Number(match[1]) })
    position = INDEX.lastIndex
  }
}

/** A name as one step of a path, with backslashes where a character would mean something else. */
export function formatPathStep(name: string): string {
  return name.replace(/[.[\]\\]/g, '\\$&')
}

/** Names as a path. */
export function formatPath(names: readonly string[]): string {
  return names.map(formatPathStep).join('.')
}

/** Steps as a path; a key of a map is a name like any other. */
export function formatSteps(steps: readonly PathStep[]): string {
  return steps
    .map((step) =>
      step.kind === 'name'
        ? `.${formatPathStep(step.name)}`
        : `[${step.kind === 'index' ? step.index : '*'}]`,
    )
    .join('')
    .replace(/^\./, '')
}
