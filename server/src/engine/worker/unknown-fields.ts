import type { LakeField } from '#columns/column-type.ts'
import type { SliceIssue } from '#engine/task.ts'
import { formatPath } from '#mapping/paths.ts'
import { isMap, type ValueMap } from '#mapping/values.ts'

interface Known {
  readonly [name: string]: Known | null
}

/** More different names than that are no typing errors, but records of something else. */
const MAX_NAMES = 100

/** Records of something else, or a file that was cut at the wrong delimiter. The message is for users. */
export class UnknownRecordsError extends Error {
  override readonly name = 'UnknownRecordsError'
  readonly code = 'HW-RECORDS-UNKNOWN'

  constructor(found: string, known: readonly string[]) {
    super(
      `None of the fields of the records is one of the schema: they have "${found}", it has ${known.map((name) => `"${name}"`).join(', ')}. Check the names and, for CSV, the delimiter.`,
    )
  }
}

/** Counts what records have and the table has not: it does not arrive, and nobody should have to find that out. */
export class UnknownFields {
  readonly #known: Known
  readonly #counts = new Map<string, number>()
  #hasKnown = false

  constructor(fields: readonly LakeField[]) {
    this.#known = knownOf(fields)
  }

  see(record: ValueMap): void {
    this.#visit(record, this.#known, [])
  }

  /** @throws UnknownRecordsError when records had members, and none of them is a field of the table */
  assertSomethingKnown(): void {
    const [first] = this.#counts.keys()
    if (this.#hasKnown || first === undefined) return
    throw new UnknownRecordsError(first, Object.keys(this.#known))
  }

  /** What was seen, as warnings. */
  list(): SliceIssue[] {
    return [...this.#counts].map(([path, count]) => ({
      path,
      code: 'HW-FIELD-UNKNOWN',
      message: `The schema has no field "${path}"; what the records have there was left out.`,
      count,
    }))
  }

  /** What is in lists and maps is not looked at. */
  #visit(object: ValueMap, known: Known, path: readonly string[]): void {
    for (const [name, value] of object) {
      if (!Object.hasOwn(known, name)) this.#count(formatPath([...path, name]))
      else {
        const inner = known[name]
        if (inner && isMap(value)) this.#visit(value, inner, [...path, name])
        else this.#hasKnown = true
      }
    }
  }

  #count(text: string): void {
    const path = printable(text)
    const count = this.#counts.get(path)
    if (count !== undefined || this.#counts.size < MAX_NAMES) this.#counts.set(path, (count ?? 0) + 1)
  }
}

const MAX_LENGTH = 200

/** A name as it can be kept and shown, whatever it holds. */
function printable(text: string): string {
  return text
    .slice(0, MAX_LENGTH)
    .toWellFormed()
    .replace(/\p{Cc}/gu, '\uFFFD')
}

function knownOf(fields: readonly LakeField[]): Known {
  return Object.fromEntries(
    fields.map(({ name, type }) => [name, type.kind === 'struct' ? knownOf(type.fields) : null]),
  )
}
