import { describe, expect, it } from 'vitest'
import { checkExpression } from '#mapping/check-expression.ts'
import { parseExpression } from '#mapping/parse-expression.ts'
import { evaluateText, printValue } from '#mapping/testing/evaluate-text.ts'
import { EvaluationFailure } from '#mapping/values.ts'
import { findFunction, MAPPING_FUNCTIONS, UNAVAILABLE_FUNCTIONS } from './catalogue.ts'

const DOCUMENTED =
  `concat explode instr replacestr substr lower lcase upper ucase split join lpad rpad left right ltrim
  rtrim trim extract_regex matches_regex sha1 sha256 sha512 md5 crc32 get_url_protocol get_url_host get_url_port
  get_url_path get_url_query_str get_url_encoded get_url_decoded now timestamp format dformat date date_part
  set_date_part make_date_time make_timestamp zone_date_to_utc zone_date_to_zone is_empty arrays_to_object
  arrays_to_objects to_object str_to_object contains_key is_set nullify get_keys get_values map_get_values
  map_has_keys add_to_map object_to_map coalesce first last add_to_array join_arrays to_array size_of
  upsert_array_append upsert_array_replace array_to_map to_map decode iif min max to_bigint to_decimal to_float
  to_integer json_to_object uuid guid fpid_to_ecid ua_os_name ua_os_version_major ua_os_version ua_os_name_version
  ua_agent_version ua_agent_version_major ua_agent_name ua_device_class aa_get_event_id aa_get_event_value
  aa_get_product_categories aa_get_product_names aa_get_product_quantities aa_get_product_prices
  aa_get_product_event_values aa_get_product_evars`.split(/\s+/)

describe('the catalogue', () => {
  it.each(MAPPING_FUNCTIONS.filter((entry) => entry.isPure))(
    '$example gives $result',
    ({ example, result }) => {
      expect(printValue(evaluateText(example))).toBe(result)
    },
  )

  it('gives another identifier each time', () => {
    expect(evaluateText('uuid()')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
    expect(evaluateText('uuid() == guid()')).toBe(false)
  })

  it.each(DOCUMENTED)('knows %s or says why not', (name) => {
    expect(findFunction(name) !== undefined || UNAVAILABLE_FUNCTIONS.has(name)).toBe(true)
  })

  it('has no name twice and shows each function by its own name', () => {
    const names = MAPPING_FUNCTIONS.flatMap((entry) => [entry.name, ...entry.aliases])
    expect(new Set(names).size).toBe(names.length)
    for (const entry of MAPPING_FUNCTIONS) {
      expect(entry.syntax.startsWith(`${entry.name}(`)).toBe(true)
      expect([entry.name, ...entry.aliases].some((name) => entry.example.includes(`${name}(`))).toBe(true)
    }
  })
})

describe('functions beside their examples', () => {
  it.each([
    ['instr("adobe.com", "nothing")', '-1'],
    ['instr("a-b-a-b", "b", 3)', '6'],
    ['instr("a-b-a-b", "b", 0, 2)', '6'],
    ['substr("abc", 1, 99)', 'bc'],
    ['substr("abc", 9, 1)', ''],
    ['split("a;;b", ";")', '["a","b"]'],
    ['explode("a;;b", ";")', '["a","","b"]'],
    ['explode("a,b,")', '["a","b",""]'],
    ['explode("a::b", "::")', '["a","b"]'],
    ['explode("a1b22c", "\\\\d+")', '["a","b","c"]'],
    ['concat("a", null, 1, 2.5, true, 3.50B)', 'a12.5true3.50'],
    ['concat("on ", date("2020-01-02"))', 'on 2020-01-02T00:00:00Z'],
    ['replacestr("a.b.c", ".", "$&")', 'a$&b$&c'],
    ['lpad("longer than that", 4, "x")', 'longer than that'],
    ['lpad(null, 3, null)', '   '],
    ['left("abc", -1)', ''],
    ['right("abc", 9)', 'abc'],
    ['trim("\t \u00a0x\n")', 'x'],
    ['upper(null)', 'null'],
    ['"ABC".equals("abc")', 'false'],
    ['null.equals("abc")', 'false'],
    ['matches_regex("aXb", "a(?=X)X(?!c)b")', 'true'],
    ['matches_regex("abab", "(ab)\\\\1")', 'true'],
    ['matches_regex("xabx", "ab")', 'false'],
    ['matches_regex("HELLO", "(?i)hello")', 'true'],
    ['matches_regex("a.b", "\\\\Qa.b\\\\E")', 'true'],
    ['matches_regex("Zoë", "\\\\p{Alpha}+ë")', 'true'],
    ['matches_regex("a-b,c", "[\\\\w\\\\-]+\\\\,c")', 'true'],
    ['extract_regex("abc", "x(y)")', '[]'],
    ['extract_regex("ac", "a(b)?c")', '["ac",null]'],
    ['sha1("é", "ISO-8859-1") == sha1("é")', 'false'],
    ['md5("A", "UTF-16")', '2464919c3045daa07f4e4833519391ff'],
    ['get_url_host("not an address")', 'null'],
    ['get_url_host("https://user:secret@example.com:8443/x")', 'example.com'],
    ['get_url_port("https://user:secret@example.com:8443/x")', '8443'],
    ['get_url_path("https://example.com/a/b.csv?x=1", false)', 'b.csv'],
    ['get_url_query_str("foo://e.com/o?name=ferret#nose", "retain")', '{"name":"ferret#nose"}'],
    ['get_url_query_str("foo://e.com/o?name=ferret#nose", "keep")', '{"name":"ferret#nose"}'],
    ['get_url_query_str("foo://e.com/o?name=ferret#nose", "remove")', '{"name":"ferret"}'],
    [`get_url_encoded("/:~*!'()|- _.")`, '%2F%3A%7E%2A%21%27%28%29%7C-%20_.'],
    ['get_url_decoded("%zz")', 'null'],
    ['date_part("w", date("2021-01-03"))', '53'],
    ['date_part("weekday", date("2021-01-03"))', '7'],
    ['date_part("dy", "2020-12-31")', '366'],
    ['date_part("HH12", "2020-12-31 13:05")', '1'],
    ['date_part("SSS", "2020-12-31T00:00:00.123Z")', '123'],
    ['date_part("q", "2020-12-31")', '4'],
    ['set_date_part("month", 2, date("2021-01-31"))', '2021-02-28T00:00:00Z'],
    ['date("12112020")', '2020-12-11T00:00:00Z'],
    ['date("2019-10-23T11:24:35+05:30")', '2019-10-23T05:54:35Z'],
    ['date("2019-10-23T11:24:35.123456Z")', '2019-10-23T11:24:35.123456Z'],
    ['date("23 October 2019", "dd MMMM yyyy")', '2019-10-23T00:00:00Z'],
    ['date("2019-10-23 1:05 pm", "yyyy-MM-dd h:mm a")', '2019-10-23T13:05:00Z'],
    ['date("2019-07-01 12:00 Europe/Paris", "yyyy-MM-dd HH:mm VV")', '2019-07-01T10:00:00Z'],
    ['date("2019-296", "yyyy-DDD")', '2019-10-23T00:00:00Z'],
    ['date(null, "yyyy-MM-dd", now())', '2021-10-26T10:10:24Z'],
    ['date(null)', 'null'],
    [
      `format("2019-10-23T11:24:35.007Z", "EEE, d MMM yy h 'o''clock' a SSS D w XXX")`,
      "Wed, 23 Oct 19 11 o'clock AM 007 296 43 Z",
    ],
    [
      'format(zone_date_to_zone(date("2021-01-01"), "America/New_York"), "yyyy-MM-dd HH:mm:ss Z")',
      '2020-12-31 19:00:00 -0500',
    ],
    ['make_date_time(2021, 7, 1, 12, 0, 0, 5000, "Europe/Paris")', '2021-07-01T10:00:00.000005Z'],
    ['is_empty(null)', 'true'],
    ['is_empty("")', 'true'],
    ['coalesce([null, 2])', '2'],
    ['coalesce(null, "")', ''],
    ['first([])', 'null'],
    ['decode("x", "a", 1)', 'null'],
    ['decode("x", "a", 1, "other")', 'other'],
    ['decode(null, "a", 1, null, 2, 3)', '2'],
    ['min("b", "a")', 'a'],
    ['max(1, null, 2.5)', '2.5'],
    ['to_array(true, 1, null)', '[1,null]'],
    ['map_get_values({"a": 1, "b": 2}, ["b", "c"])', '[2,null]'],
    ['map_has_keys({"a": 1}, "b")', 'false'],
    ['object_to_map("k", 1)', '{"k":1}'],
    ['to_bigint("99999999999999999999")', '99999999999999999999'],
    ['to_decimal("12345678901234567890.12")', '12345678901234567890.12'],
    ['to_integer(" 12 ")', '12'],
    ['iif(true, 1, 1/0)', '1'],
    ['aa_get_event_value("purchase", "purchase")', '1'],
    ['aa_get_event_id("purchase", "scOpen")', 'null'],
  ])('%s gives %s', (text, result) => {
    expect(printValue(evaluateText(text))).toBe(result)
  })

  it.each([
    'to_integer("12.6")',
    'to_integer("1e3")',
    'to_integer("3000000000")',
    'to_decimal("abc")',
    'date("not a date")',
    'date("2019-02-31")',
    'date("2019-10-23", "dd/MM/yyyy")',
    'date("x", "yyyy-MM-dd", now())',
    'set_date_part("day", 31, date("2021-02-01"))',
    'make_date_time(2021, 13, 1, 0, 0, 0, 0, "UTC")',
    'join(",", "no array")',
    'concat([1])',
    'json_to_object("{")',
    'lpad("x", 99999999, "y")',
  ])('%s has no value', (text) => {
    expect(() => evaluateText(text)).toThrow(expect.any(EvaluationFailure) as Error)
  })

  it.each([
    'date("x", "bbb")',
    'date("2019-10-23 03:00", "yyyy-MM-dd hh:mm")',
    'date_part("nothing", date("2020-01-01"))',
    'make_date_time(2021, 1, 1, 0, 0, 0, 0, "Mars/Base")',
    'matches_regex("a", "a++")',
    'matches_regex("a", "(?>a)")',
    'matches_regex("a", "[a-z&&[^b]]")',
    'matches_regex("a", "(")',
    'md5("x", "EBCDIC")',
    'date("x", "YYYY-MM-dd")',
    'date("x", "dd.MM")',
    'format(now(), "nonsense")',
    'dformat(0, "yyyy\'")',
    'set_date_part("week", 1, now())',
    'zone_date_to_zone(now(), "Europe/Atlantis")',
    'get_url_query_str("http://e.com/?a=1", "drop")',
    'explode("a,b", "[")',
    '"a" =~ "a*+"',
    '"a" !~ "["',
    'crc32("x", "latin")',
  ])('%s is refused before a row is read', (text) => {
    expect(checkExpression(parseExpression(text))).toEqual([expect.stringMatching(/: \S/)])
  })
})
