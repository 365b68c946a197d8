import { MADE, MODIFIED } from './made-tables.ts'
import { isKnownTo, newCodesOf } from './newcomers.ts'
import { SAMPLES } from './samples.ts'
import { arrayOf, partsOf, type TortureTable, tableOf } from './table.ts'

function built([type, texts]: readonly [string, readonly string[]]): TortureTable {
  return { ...tableOf(type, texts, partsOf(type)), type: type === 'char' ? '"char"' : type }
}

/** Types that some versions lack are left out there, by name, and so are values. */
export function builtInTables(types: ReadonlySet<string>, major: number): readonly TortureTable[] {
  const known = ([type, texts]: readonly [string, readonly string[]]) =>
    [type, texts.filter((text) => isKnownTo(major, type, text))] as const
  const aged = (table: TortureTable): TortureTable => ({
    ...table,
    samples: table.samples.map(({ text, codes }) => ({
      text,
      codes: [...codes, ...newCodesOf(major, table.name, text)],
    })),
  })
  const plain = [...SAMPLES]
    .filter(([type]) => types.has(type))
    .map(known)
    .map(built)
    .map(aged)
  const isArrayable = ({ name }: TortureTable) => !['int2vector', 'oidvector'].includes(name)
  return [
    ...plain,
    ...MODIFIED.filter(({ type }) => isKnownTo(major, type)),
    ...plain.filter(isArrayable).map(arrayOf),
    ...MADE,
    ...MADE.slice(0, 6)
      .filter(({ name }) => name !== 'tags')
      .map(arrayOf),
  ]
}
