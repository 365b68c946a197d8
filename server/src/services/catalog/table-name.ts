/** PostgreSQL and most readers of the lake stop at 63 letters; some room is left for a number. */
const MAX_LENGTH = 56

/**
 * The SQL name for a dataset: `Loyalty Members (EU)` becomes `loyalty_members_eu`. Letters of other scripts
 * have no plain spelling and fall away; what is left of a name may be nothing but `dataset`.
 */
export function tableNameOf(datasetName: string): string {
  const words = datasetName
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, MAX_LENGTH)
    .replace(/^_+|_+$/g, '')
  if (words === '') return 'dataset'
  return /^[a-z]/.test(words) ? words : `t_${words}`
}

/** True for a name that clients may choose themselves. */
export function isTableName(name: string): boolean {
  return /^[a-z][a-z0-9_]{0,62}$/.test(name)
}

/** The wanted name, or the first of `name_2`, `name_3` … that is free. */
export function firstFreeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  let number = 2
  while (taken.has(`${wanted}_${number}`)) number++
  return `${wanted}_${number}`
}
