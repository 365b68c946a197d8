import { ConnectionParamsError } from './connection-params-error.ts'
import { whyIdle } from './idle-keywords.ts'
import { findSettingKey, nameInStrings, type SettingKey } from './setting-names.ts'

/** Where settings come from: `Key=Value` pairs, a URL, or single parameters. Defaults differ. */
export type SettingsForm = 'pairs' | 'url' | 'basic'

/** A value as it was given, and how a message names it. */
export interface Setting {
  readonly name: string
  readonly value: string
}

const MAX_SHOWN_CHARS = 60

/** The settings of one connection: the last of several wins, and what has no effect leaves a warning. */
export class Settings {
  readonly form: SettingsForm
  /** Sentences for the user. None holds a value: it may be a piece of a password. */
  readonly warnings: string[] = []
  readonly #settings = new Map<SettingKey, Setting>()

  constructor(form: SettingsForm) {
    this.form = form
  }

  /** Takes what `name` says, in whatever spelling. An empty value counts as not given. */
  add(name: string, value: string): void {
    const key = findSettingKey(name)
    if (key === undefined) this.warnings.push(sentenceOnUnused(name))
    else this.set(key, value, this.nameOf(key))
  }

  set(key: SettingKey, value: string, name: string): void {
    if (value === '') return
    if (this.#settings.has(key)) this.warnings.push(`${name} is given more than once; the last one counts.`)
    this.#settings.set(key, { name, value })
  }

  find(key: SettingKey): Setting | undefined {
    return this.#settings.get(key)
  }

  /** @throws ConnectionParamsError when it is missing */
  get(key: SettingKey): Setting {
    const setting = this.#settings.get(key)
    if (setting === undefined) throw new ConnectionParamsError(this.nameOf(key), 'is missing.')
    return setting
  }

  /** How messages name a setting that may not have been given. */
  nameOf(key: SettingKey): string {
    return this.#settings.get(key)?.name ?? (this.form === 'basic' ? key : nameInStrings(key))
  }
}

function sentenceOnUnused(name: string): string {
  const shown = name.trim().slice(0, MAX_SHOWN_CHARS)
  const reason = whyIdle(name)
  if (reason !== undefined) return `${shown} has no effect here: ${reason}.`
  // Anything else may be a piece of a password that holds a ";" and was not quoted.
  const isWord = /^[A-Za-z][A-Za-z0-9 _-]*$/.test(shown)
  return isWord ? `The key "${shown}" is not known and not used.` : 'A key that is not known is not used.'
}
