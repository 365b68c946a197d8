/** A relation as a path names it. Without a schema it is searched along the session's search_path. */
export interface RelationName {
  readonly schema?: string | undefined
  readonly name: string
}

/** A path that is not `table`, `schema.table`, or those with parts in double quotes. */
export class RelationPathError extends Error {
  override readonly name = 'RelationPathError'

  constructor(path: string) {
    super(
      `"${path}" is not the path of a relation; write schema.table, with parts that hold dots in double quotes.`,
    )
  }
}

/** `public.orders`, `public."Sales.2024"`: what {@link parseRelationPath} reads back to the same two names. */
export function formatRelationPath(schema: string, name: string): string {
  return `${formatPart(schema)}.${formatPart(name)}`
}

/** Capitals need no quotes, as paths don't fold case; dots, quotes and blanks at the ends do. */
function formatPart(part: string): string {
  const isPlain = part !== '' && !/[."]/.test(part) && part.trim() === part
  return isPlain ? part : `"${part.replaceAll('"', '""')}"`
}

const PART = /^(?:"((?:[^"]|"")+)"|([^."]+))(\.|$)/

/** @throws RelationPathError */
export function parseRelationPath(path: string): RelationName {
  const parts: string[] = []
  let rest = path.trim()
  let isOpen = rest !== ''
  while (isOpen) {
    const match = PART.exec(rest)
    if (!match) throw new RelationPathError(path)
    parts.push(match[1]?.replaceAll('""', '"') ?? match[2]?.trim() ?? '')
    rest = rest.slice(match[0].length)
    isOpen = match[3] === '.'
  }
  const [first, second] = parts
  if (first === undefined || parts.length > 2 || path.includes('\0')) throw new RelationPathError(path)
  return second === undefined ? { name: first } : { schema: first, name: second }
}
