import { isDeepStrictEqual } from 'node:util'
import type { ColumnPair } from './pair-columns.ts'
import type { ShapeChange, ShapeChangeCode } from './shape-change.ts'
import type { EnumLabel, ShapeColumn } from './source-shape.ts'

/** What has changed of one column of the relation at `path`. */
export function compareColumn(path: string, { was, is, isReplaced }: ColumnPair): ShapeChange[] {
  const subject = `The column "${is.name}" of ${path}`
  const changes: ShapeChange[] = []
  const tell = (code: ShapeChangeCode, message: string): void => void changes.push({ code, message, was, is })
  if (was.name !== is.name)
    tell('DRIFT_COLUMN_RENAMED', `The column "${was.name}" of ${path} is called "${is.name}" now.`)
  if (isReplaced) tell('DRIFT_COLUMN_REPLACED', `${subject} was dropped and added again.`)
  if (was.isReadable && !is.isReadable)
    tell('DRIFT_COLUMN_REVOKED', `${subject} may no longer be read by the user of the connection.`)
  if (!was.isReadable && is.isReadable)
    tell('DRIFT_COLUMN_GRANTED', `${subject} may be read by the user of the connection now.`)
  if (was.typeName !== is.typeName)
    tell('DRIFT_COLUMN_TYPE', `${subject} was ${was.typeName} and is ${is.typeName} now.`)
  else if (!isDeepStrictEqual(was.parts, is.parts))
    tell('DRIFT_COLUMN_TYPE', `${subject} is of ${is.typeName} as before, which is made of other parts now.`)
  if (!was.isNullable && is.isNullable) tell('DRIFT_COLUMN_NULLABLE', `${subject} may be NULL now.`)
  if (was.isNullable && !is.isNullable) tell('DRIFT_COLUMN_NOT_NULL', `${subject} is never NULL now.`)
  for (const [code, message] of compareOrigin(subject, was, is)) tell(code, message)
  for (const [code, message] of compareRules(subject, was, is)) tell(code, message)
  return changes
}

type Told = readonly [ShapeChangeCode, string]

/** Where values come from. The expression of a generated column stands where others have their default. */
function compareOrigin(subject: string, was: ShapeColumn, is: ShapeColumn): Told[] {
  const isGeneration =
    was.generated !== is.generated || is.generated === 'stored' || is.generated === 'virtual'
  if (was.generated === is.generated && was.defaultSql === is.defaultSql) return []
  if (!isGeneration)
    return [['DRIFT_COLUMN_DEFAULT', `${subject} had ${defaultOf(was)} and has ${defaultOf(is)} now.`]]
  return [['DRIFT_COLUMN_GENERATED', `${subject} had ${originOf(was)} and has ${originOf(is)} now.`]]
}

function defaultOf({ defaultSql }: ShapeColumn): string {
  return defaultSql === undefined ? 'no default' : `the default ${defaultSql}`
}

function originOf(column: ShapeColumn): string {
  const { generated, defaultSql } = column
  if (generated === undefined) return defaultOf(column)
  return generated === 'identity' ? 'values of a sequence' : `the computed values ${defaultSql ?? ''}`.trim()
}

function compareRules(subject: string, was: ShapeColumn, is: ShapeColumn): Told[] {
  const changes: Told[] = []
  if (was.domainRules !== undefined && is.domainRules !== undefined) {
    const [before, after] = [was.domainRules.join(', '), is.domainRules.join(', ')]
    if (before !== after)
      changes.push([
        'DRIFT_DOMAIN_ALTERED',
        `The domain of ${lowerFirst(subject)} demanded ${before || 'nothing'} and demands ${after || 'nothing'} now.`,
      ])
  }
  const [labels, now] = [was.enumLabels, is.enumLabels]
  return labels === undefined || now === undefined
    ? changes
    : [...changes, ...compareLabels(subject, labels, now)]
}

/** Labels keep their numbers when they are renamed; those of an enum that was made again have new ones. */
function compareLabels(subject: string, before: readonly EnumLabel[], after: readonly EnumLabel[]): Told[] {
  const labelNow = new Map(after.map(({ number, label }) => [number, label]))
  const numbers = new Set(before.map(({ number }) => number))
  const labels = { before: labelsOf(before), after: labelsOf(after) }
  const renamed = before.flatMap(({ number, label }): Told[] => {
    const now = labelNow.get(number)
    if (now === undefined || now === label) return []
    return [
      [
        'DRIFT_ENUM_VALUE_RENAMED',
        `The value '${label}' of the enum of ${lowerFirst(subject)} is '${now}' now.`,
      ],
    ]
  })
  const added = after
    .filter(({ number, label }) => !numbers.has(number) && !labels.before.has(label))
    .map(
      ({ label }): Told => [
        'DRIFT_ENUM_VALUE_ADDED',
        `The enum of ${lowerFirst(subject)} has the new value '${label}'.`,
      ],
    )
  const removed = before
    .filter(({ number, label }) => !labelNow.has(number) && !labels.after.has(label))
    .map(
      ({ label }): Told => [
        'DRIFT_ENUM_VALUE_REMOVED',
        `The enum of ${lowerFirst(subject)} has no value '${label}' any more.`,
      ],
    )
  return [...renamed, ...added, ...removed]
}

function labelsOf(labels: readonly EnumLabel[]): ReadonlySet<string> {
  return new Set(labels.map(({ label }) => label))
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
