interface Newcomer {
  readonly type: string
  /** One value of the type; absent for all of them. */
  readonly text?: string
  /** The first major version that has it. */
  readonly since: number
}

/** What came while the versions that we read were made. */
const NEWCOMERS: readonly Newcomer[] = [
  { type: 'numeric', text: 'Infinity', since: 14 },
  { type: 'numeric', text: '-Infinity', since: 14 },
  { type: 'numeric(3,-2)', since: 15 },
  { type: 'numeric(2,5)', since: 15 },
  { type: 'interval', text: 'infinity', since: 17 },
  { type: 'interval', text: '-infinity', since: 17 },
]

/** Types that only newer versions have, as the catalogue of the server says it. */
export const NEW_TYPES: readonly string[] = [
  'int4multirange',
  'int8multirange',
  'nummultirange',
  'tsmultirange',
  'tstzmultirange',
  'datemultirange',
]

export function isKnownTo(major: number, type: string, text?: string): boolean {
  return !NEWCOMERS.some((each) => each.type === type && each.text === text && major < each.since)
}

/** What sets aside a value on old servers only: they print a `"char"` as its one byte, which is half of a letter. */
export function newCodesOf(major: number, type: string, text: string): readonly string[] {
  return major < 15 && type === 'char' && text === 'é' ? ['HW-TEXT-ENCODING'] : []
}

/** What a version lacks, by name. */
export function lackedBy(major: number): readonly string[] {
  return NEWCOMERS.filter(({ since }) => major < since).map(({ type, text }) =>
    text === undefined ? type : `${type} '${text}'`,
  )
}
