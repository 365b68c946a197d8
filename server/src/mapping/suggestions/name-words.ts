/** The words of a name: `cust_FirstName2` is cust, first, name, 2. */
export function wordsOf(name: string): readonly string[] {
  return (
    name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      // Capital letters begin a word, and the last of several does: XMLFile is XML and file.
      .replace(/(\p{Lu}+)(?=\p{Lu}\p{Ll})/gu, '$1 ')
      .replace(/([\p{Ll}\p{N}])(?=\p{Lu})/gu, '$1 ')
      .replace(/(\p{L})(?=\p{N})/gu, '$1 ')
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word !== '')
  )
}

/** Words as one text, so that `firstname`, `first_name` and `FirstName` are the same. */
export function joined(words: readonly string[]): string {
  return words.join('')
}

/** The words with which all names begin, `cust` of `cust_id` and `cust_city`; none for fewer than three names. */
export function commonPrefix(names: readonly (readonly string[])[]): readonly string[] {
  const [first = [], ...others] = names
  if (names.length < 3) return []
  let length = 0
  // A name must keep a word of its own.
  while (
    first.length > length + 1 &&
    others.every((words) => words.length > length + 1 && words[length] === first[length])
  )
    length++
  return first.slice(0, length)
}
