import { MADE, MODIFIED } from './made-tables.ts'
import { SAMPLES } from './samples.ts'
import { arrayOf, partsOf, type TortureTable, tableOf } from './table.ts'

function built([type, texts]: readonly [string, readonly string[]]): TortureTable {
  return { ...tableOf(type, texts, partsOf(type)), type: type === 'char' ? '"char"' : type }
}

/** Types that some versions lack are left out there, by name. */
export function builtInTables(types: ReadonlySet<string>): readonly TortureTable[] {
  const plain = [...SAMPLES].filter(([type]) => types.has(type)).map(built)
  const isArrayable = ({ name }: TortureTable) => !['int2vector', 'oidvector'].includes(name)
  return [
    ...plain,
    ...MODIFIED,
    ...plain.filter(isArrayable).map(arrayOf),
    ...MADE,
    ...MADE.slice(0, 6)
      .filter(({ name }) => name !== 'tags')
      .map(arrayOf),
  ]
}
