import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeRelation, type RelationShape } from '#source/postgres/explore/describe-relation.ts'
import { createTestSource, type TestSource } from '#source/postgres/testing/test-source.ts'
import { type FilterValue, type FnApply, fieldLookup, filterValue, fnApply } from './filter-tree.ts'
import { compileRowFilter } from './row-filter.ts'
import { RowFilterError } from './row-filter-error.ts'
import { filteredIds } from './testing/filtered-ids.ts'
import { HOSTILE_TEXTS, IMPOSSIBLE_TEXTS } from './testing/hostile-texts.ts'
import { printPql } from './testing/print-pql.ts'
import { likeExpression } from './testing/reference-filter.ts'

let source: TestSource
let victims: RelationShape
let before: string

/** What a column may be called: PostgreSQL cuts names at 63 bytes, and has names of its own. */
const NAMES = HOSTILE_TEXTS.filter(
  (name) => name !== '' && Buffer.byteLength(name) <= 63 && !['ctid', 'xmin', 'tableoid'].includes(name),
)

/** `victims` has each text as the `note` of a row, `names` as a column. */
beforeAll(async () => {
  source = await createTestSource()
  const { database } = source
  await database.query('create table victims (id int primary key, note text, n int8)')
  for (const [index, note] of [...HOSTILE_TEXTS, null].entries()) {
    await database.query('insert into victims values ($1::int, $2, $1::int)', [index + 1, note])
  }
  const columns = NAMES.map((name) => `"${name.replaceAll('"', '""')}" text default 'yes'`)
  await database.query(
    `create table names (id int, ${columns.join(', ')}); insert into names (id) values (1)`,
  )
  const nos = NAMES.map(() => "'no'")
  await database.query(`insert into names values (2, ${nos.join(', ')})`)
  victims = await describeRelation(source.session, 'victims')
  before = await fingerprint()
})
afterAll(() => source[Symbol.asyncDispose]())

/** Everything that an injected statement could have changed. */
async function fingerprint(): Promise<string> {
  const { rows } = await source.database.query(`
    select (select jsonb_agg(v order by id) from victims v) as victims, (select jsonb_agg(n) from names n) as names,
           (select jsonb_agg(array[oid::text, relname, relkind::text, relacl::text] order by oid)
              from pg_class where relnamespace = 'public'::regnamespace) as relations,
           (select count(*) from pg_proc) as functions, (select count(*) from pg_namespace) as schemas,
           (select count(*) from pg_db_role_setting) as settings, pg_is_in_recovery() as recovery`)
  return JSON.stringify(rows)
}

const compare = (fnName: string, column: string, value: FilterValue['value']) =>
  fnApply(fnName, fieldLookup(column), filterValue(value))

/** Both notations must compile to the same; then both statements must give the same ids. */
async function idsOf(tree: FnApply): Promise<number[]> {
  const filter = compileRowFilter(tree, victims.columns)
  expect(compileRowFilter(printPql(tree), victims.columns)).toEqual(filter)
  const { session } = source
  const bound = await session.query(`select id from victims where ${filter.sql} order by id`, filter.values)
  const quoted = await session.query(`select id from victims where ${filter.literalSql} order by id`)
  expect(quoted).toEqual(bound)
  return bound.map((row) => row['id'])
}

function literally(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}

const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text)

const PREDICATES: Readonly<Record<string, (value: string) => (note: string) => boolean>> = {
  '=': (value) => (note) => note === value,
  '!=': (value) => (note) => note !== value,
  in: (value) => (note) => note === value || note === 'abc',
  notIn: (value) => (note) => note !== value && note !== 'abc',
  startsWith: (value) => (note) => note.startsWith(value),
  doesNotEndWith: (value) => (note) => !note.endsWith(value),
  contains: (value) => (note) => note.includes(value),
  like: (pattern) => (note) => likeExpression(pattern).test(note),
}

function idsOfNotes(predicate: (note: string) => boolean): number[] {
  return HOSTILE_TEXTS.flatMap((note, index) => (predicate(note) ? [index + 1] : []))
}

/** Each text after a title that a terminal takes. */
function titled(texts: readonly string[]): (readonly [string, string])[] {
  return texts.map((text) => {
    const printable = text.replace(/[^ -~]/gu, (character) => literally(character))
    return [printable.length > 40 ? `${printable.slice(0, 40)}… (${text.length})` : printable, text]
  })
}

describe('as a value', () => {
  test.each(titled(HOSTILE_TEXTS))('%s', async (_, text) => {
    for (const [name, predicate] of Object.entries(PREDICATES)) {
      const tree = compare(name, 'note', name === 'in' || name === 'notIn' ? [text, 'abc'] : text)
      const isLonelyEscape = name === 'like' && /(?<!\\)(?:\\\\)*\\$/.test(text)
      if (isLonelyEscape) await expect(idsOf(tree)).rejects.toThrow(RowFilterError)
      else expect(await idsOf(tree), name).toEqual(idsOfNotes(predicate(text)))
    }
    const isSame = (note: string): boolean => note.toLowerCase() === text.toLowerCase()
    const withoutCase = fnApply('equals', fieldLookup('note'), filterValue(text), filterValue(false))
    if (isAscii(text)) expect(await idsOf(withoutCase)).toEqual(idsOfNotes(isSame))
    const ids = idsOfNotes((note) => note === text)
    expect(await filteredIds(source, 'victims', compare('=', 'note', text))).toEqual(ids)
    const numeric = /^[+-]?\d+(\.\d+)?$/.test(text) ? [Number(text)] : undefined
    if (numeric === undefined) await expect(idsOf(compare('=', 'n', text))).rejects.toThrow(RowFilterError)
    else expect(await idsOf(compare('=', 'n', text))).toEqual(numeric)
  })
})

test('as the name of a column, where there is one', async () => {
  for (const name of NAMES) {
    expect(await filteredIds(source, 'names', compare('=', name, 'yes')), name).toEqual([1])
    expect(
      await filteredIds(source, 'names', printPql(fnApply('isNotNull', fieldLookup(name)))),
      name,
    ).toEqual([1, 2])
  }
}, 60_000)

describe('as the name of a column, where there is none', () => {
  test.each(titled([...HOSTILE_TEXTS, ...IMPOSSIBLE_TEXTS].filter((name) => name !== 'note')))(
    '%s',
    (_, name) => {
      for (const filter of [
        compare('=', name, 'yes'),
        printPql(compare('=', name, 'yes')),
        fnApply('isNull', fieldLookup(name)),
      ]) {
        expect(() => compileRowFilter(filter, victims.columns)).toThrow(
          expect.objectContaining({ name: 'RowFilterError', code: 'unknown-column' }),
        )
      }
    },
  )
})

describe('as the name of a function', () => {
  test.each(titled([...HOSTILE_TEXTS, ...IMPOSSIBLE_TEXTS]))('%s', (_, name) => {
    for (const fnName of [name, `=${name}x`, `and${name}x`]) {
      expect(() => compileRowFilter(compare(fnName, 'note', 'x'), victims.columns)).toThrow(
        expect.objectContaining({ code: 'unknown-function' }),
      )
    }
  })
})

test.each(titled(IMPOSSIBLE_TEXTS))('%s is no value', (_, text) => {
  for (const name of ['=', 'like', 'contains']) {
    const tree = compare(name, 'note', text)
    for (const filter of [tree, printPql(tree)]) {
      expect(() => compileRowFilter(filter, victims.columns)).toThrow(
        expect.objectContaining({ code: 'literal' }),
      )
    }
  }
  const list = compare('in', 'note', ['a', text])
  expect(() => compileRowFilter(list, victims.columns)).toThrow(RowFilterError)
})

/** SQL that is no PQL, however near it comes. */
describe('as text', () => {
  test.each([
    'true',
    '1 = 1',
    '1=1 or note = "x"',
    'note = "x" or 1=1',
    'note = "x" or true',
    'note = "x" --',
    'note = "x" /* y */',
    'note = "x"; drop table victims',
    'note = "x"); drop table victims; --',
    'note = "x" union select note from victims',
    'note = $1',
    'note = $$x$$',
    'note = E"x"',
    "note = E'\\' or true --'",
    "note = U&'\\0027'",
    "note = B'1'",
    'note = "x"::text',
    'note::int = 1',
    'note = "a" || "b"',
    'note = note',
    'note = `note`',
    'note = (select 1)',
    'note = ("x")',
    'note in (select note from victims)',
    'note in ("x", note)',
    'note in ("x") or exists (select 1)',
    'note like "x" escape "y"',
    'note ilike "x"',
    'note similar to "x"',
    'note ~ "x"',
    'note = any(["x"])',
    'note between "a" and "b"',
    'note is distinct from "x"',
    'note collate "C" = "x"',
    'ctid = "(0,1)"',
    'victims.ctid = "(0,1)"',
    'pg_sleep(10) is null',
    'version() = "x"',
    'note.pg_sleep(10)',
    'isNull(pg_sleep(10))',
    'isNull(note) or pg_sleep(10) is null',
    'isNull((select 1))',
    'lower(note) = "x"',
    'n + 1 = 2',
    '-n = 1',
    'case when true then true end',
    'not',
    '()',
    '(note = "x"',
    'note = \u2018x\u2019',
    'note = \uff02x\uff02',
    'note \uff1d "x"',
    'n\u043ete = "x"',
    'note\u200b = "x"',
    'note = "x\\',
    'note = "x\\"',
    'note = "\\x27"',
    'note = "x" and\0note = "y"',
    '`note`" = "x"',
    '"note" = "x"',
    "'note' = 'x'",
  ])('%s', (text) => {
    expect(() => compileRowFilter(text, victims.columns)).toThrow(RowFilterError)
    const envelope = { type: 'PQL', format: 'pql/text', value: text }
    expect(() => compileRowFilter(envelope, victims.columns)).toThrow(RowFilterError)
  })
})

/** Trees whose parts are not what they should be. */
describe('as a tree', () => {
  const field = fieldLookup('note')
  const raw = (...params: unknown[]) => ({ nodeType: 'fnApply', fnName: '=', params })
  test.each<[unknown]>([
    [raw(field, 'x')],
    [raw(field, { nodeType: 'literal' })],
    [raw(field, { nodeType: 'literal', value: { text: 'x' } })],
    [raw(field, { nodeType: 'literal', value: ['x'] })],
    [raw(field, { nodeType: 'literal', value: null })],
    [raw(field, { nodeType: 'sql', value: 'x' })],
    [raw('note', filterValue('x'))],
    [raw({ nodeType: 'fieldLookup', fieldName: ['note'] }, filterValue('x'))],
    [raw({ nodeType: 'fieldLookup', fieldName: { toString: 'note' } }, filterValue('x'))],
    [raw({ nodeType: 'sql', fieldName: 'note' }, filterValue('x'))],
    [raw({ nodeType: 'fieldLookup', fieldName: 'note', object: fieldLookup('victims') }, filterValue('x'))],
    [raw(field, filterValue('x'), { nodeType: 'literal', value: '; drop table victims' })],
    [{ nodeType: 'fnApply', fnName: '=', params: { 0: field, 1: filterValue('x'), length: 2 } }],
    [{ nodeType: 'fnApply', fnName: ['='], params: [field, filterValue('x')] }],
    [{ nodeType: 'fnApply', fnName: 'in', params: [field, filterValue(['x', ['y']] as never)] }],
    [{ nodeType: 'fnApply', fnName: 'in', params: [field, filterValue([{}] as never)] }],
    [{ nodeType: 'fnApply', fnName: 'not', params: ['true'] }],
    [{ nodeType: 'fnApply', fnName: 'and', params: [true] }],
    [{ nodeType: 'sql', fnName: '=', params: [field, filterValue('x')] }],
    [{ type: 'PQL', format: 'pql/json', value: 'note = "x" or true' }],
    [{ type: 'PQL', format: 'sql', value: 'true' }],
  ])('%j', (tree) => {
    expect(() => compileRowFilter(tree, victims.columns)).toThrow(RowFilterError)
  })
})

test('afterwards everything is as it was', async () => {
  expect(await fingerprint()).toBe(before)
})
