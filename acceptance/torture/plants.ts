import type { SetAside } from './faults.ts'
import type { Found, FoundRow } from './readers.ts'

/** What was found of a table. */
export interface Findings {
  readonly found: readonly FoundRow[]
  readonly aside: SetAside
}

export interface Plant {
  readonly name: string
  /** The findings with one fault in them; absent where a table cannot have it. */
  readonly plant: (of: Findings) => Findings | undefined
  /** How many tables have it at least. */
  readonly least: number
}

const NO_CODE = 'HW-NOTHING'

/** One for each kind of fault that could be overlooked. */
export const PLANTS: readonly Plant[] = [
  {
    name: 'a cell of another value',
    least: 150,
    plant: changing((found) => (found === null ? undefined : { int: '4242424242424242' })),
  },
  {
    name: 'a value that became NULL',
    least: 150,
    plant: changing((found) => (found === null ? undefined : null)),
  },
  {
    name: 'a NULL that became a value',
    least: 150,
    plant: changing((found) => (found === null ? '' : undefined)),
  },
  {
    name: 'a cell that is missing',
    least: 150,
    plant: ({ found, aside }) => withFirst(found, aside, ({ mixed: _, ...rest }) => rest),
  },
  {
    name: 'a double that became a float, and a float that became a double',
    least: 4,
    plant: changing(otherWidth),
  },
  { name: 'a member that is missing instead of NULL', least: 10, plant: changing(withoutMember) },
  { name: 'an item too many', least: 70, plant: changing(withItem) },
  { name: 'a row too few', least: 150, plant: ({ found, aside }) => ({ found: found.slice(1), aside }) },
  {
    name: 'a row twice',
    least: 150,
    plant: ({ found, aside }) => ({ found: [...found, ...found.slice(0, 1)], aside }),
  },
  {
    name: 'a row of nobody',
    least: 150,
    plant: ({ found, aside }) => ({ found: [...found, { ...found[0], row_number: { int: '4242' } }], aside }),
  },
  {
    name: 'a row that was set aside and landed',
    least: 150,
    plant: ({ found, aside }) => ({ found, aside: new Map([...aside, [0, ['HW-ARRAY-FORM']]]) }),
  },
  {
    name: 'a code that is another',
    least: 80,
    plant: recoded((codes) => codes.map(() => NO_CODE)),
  },
  { name: 'a code too many', least: 80, plant: recoded((codes) => [...codes, NO_CODE]) },
  { name: 'a code that is missing', least: 80, plant: recoded(() => []) },
]

/** Changes the first cell for which `change` has another value. */
function changing(change: (found: Found) => Found | undefined): Plant['plant'] {
  return ({ found, aside }) => {
    const index = found.findIndex(({ mixed }) => mixed !== undefined && change(mixed) !== undefined)
    const row = found[index]
    if (row?.['mixed'] === undefined) return undefined
    return { found: found.with(index, { ...row, mixed: change(row['mixed']) ?? null }), aside }
  }
}

function withFirst(
  found: readonly FoundRow[],
  aside: SetAside,
  change: (row: FoundRow) => FoundRow,
): Findings | undefined {
  const [first, ...rest] = found
  return first === undefined ? undefined : { found: [change(first), ...rest], aside }
}

function recoded(change: (codes: readonly string[]) => readonly string[]): Plant['plant'] {
  return ({ found, aside }) => {
    const [first] = aside
    if (first === undefined) return undefined
    return { found, aside: new Map([...aside, [first[0], change(first[1])]]) }
  }
}

function otherWidth(found: Found): Found | undefined {
  if (typeof found !== 'object' || found === null) return undefined
  if ('float' in found) return { ...found, bits: found.bits === 64 ? 32 : 64 }
  if (!('list' in found)) return undefined
  return changedItem(found.list, otherWidth)
}

function changedItem(
  list: readonly Found[],
  change: (found: Found) => Found | undefined,
): { readonly list: readonly Found[] } | undefined {
  const index = list.findIndex((item) => change(item) !== undefined)
  return index < 0 ? undefined : { list: list.with(index, change(list[index] ?? null) ?? null) }
}

function withoutMember(found: Found): Found | undefined {
  if (typeof found !== 'object' || found === null) return undefined
  if ('list' in found) return changedItem(found.list, withoutMember)
  const [kind, members] =
    'struct' in found ? ['struct', found.struct] : 'map' in found ? ['map', found.map] : []
  const name = Object.keys(members ?? {}).find((each) => members?.[each] === null)
  if (kind === undefined || members === undefined || name === undefined) return undefined
  const { [name]: _, ...rest } = members
  return kind === 'struct' ? { struct: rest } : { map: rest }
}

function withItem(found: Found): Found | undefined {
  if (typeof found !== 'object' || found === null || !('list' in found)) return undefined
  return { list: [...found.list, null] }
}
