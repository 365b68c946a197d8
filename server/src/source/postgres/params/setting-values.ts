import { ConnectionParamsError } from './connection-params-error.ts'
import type { Setting } from './settings.ts'

/**
 * Seconds, as all the dialects count them, in milliseconds; 0 and -1 stand for "no limit" and give Infinity.
 * @throws ConnectionParamsError for what is no number of seconds
 */
export function parseSeconds(setting: Setting | undefined): number | undefined {
  if (setting === undefined || setting.value.trim() === '') return undefined
  const seconds = Number(setting.value)
  if (seconds === 0 || seconds === -1) return Number.POSITIVE_INFINITY
  if (seconds > 0) return seconds * 1000
  throw new ConnectionParamsError(setting.name, 'must be a number of seconds, 0 for no limit.')
}

const WORDS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'on', '1'].map((word): [string, boolean] => [word, true]),
  ...['false', 'no', 'off', '0', ''].map((word): [string, boolean] => [word, false]),
])

/** A yes or no; false when it isn't given. @throws ConnectionParamsError for other words */
export function parseYesNo(setting: Setting | undefined, expected = 'true or false'): boolean {
  if (setting === undefined) return false
  const isYes = WORDS.get(setting.value.trim().toLowerCase())
  if (isYes !== undefined) return isYes
  throw new ConnectionParamsError(setting.name, `must be ${expected}.`)
}

/**
 * Names of schemas, separated by commas. A name in double quotes may hold commas and stays as it is; any other
 * one is in lower case where PostgreSQL's own rule holds (`folds`).
 * @throws ConnectionParamsError for an empty name or a quote without end
 */
export function parseSearchPath(
  setting: Setting | undefined,
  { folds }: { readonly folds: boolean },
): readonly string[] | undefined {
  if (setting === undefined || setting.value.trim() === '') return undefined
  const names: string[] = []
  const item = /(?:\s*"((?:[^"]|"")*)"\s*|([^",]*))(,|$)/y
  for (;;) {
    const [, quoted, plain = '', mark] = item.exec(setting.value) ?? []
    const name = quoted?.replaceAll('""', '"') ?? (folds ? plain.trim().toLowerCase() : plain.trim())
    if (mark === undefined || name === '') {
      throw new ConnectionParamsError(setting.name, 'must be names of schemas separated by commas.')
    }
    names.push(name)
    if (mark === '') return names
  }
}

/** One of a few words, compared without case, `-` and `_`. @throws ConnectionParamsError for any other */
export function parseWord<Word extends string>(
  setting: Setting | undefined,
  words: readonly Word[],
): Word | undefined {
  if (setting === undefined || setting.value.trim() === '') return undefined
  const fold = (text: string): string => text.toLowerCase().replaceAll(/[\s_-]/g, '')
  const word = words.find((candidate) => fold(candidate) === fold(setting.value))
  if (word !== undefined) return word
  throw new ConnectionParamsError(setting.name, `must be one of ${words.join(', ')}.`)
}
