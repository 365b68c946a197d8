import { afterAll, beforeAll, expect } from 'vitest'
import { statement } from '../conformance/statement.ts'
import { type DataPrepWorld, LANGUAGE, openDataPrepWorld, SETS } from './data-prep-world.ts'

/** What expressions are worth, seen through previews. */
let world: DataPrepWorld

beforeAll(async () => {
  world = await openDataPrepWorld()
})

afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
})

/** Documented samples, where the documentation does not contradict itself. */
const SAMPLES: readonly (readonly [expression: string, value: string])[] = [
  ['concat("Hi, ","there","!")', 'Hi, there!'],
  ['instr("adobe.com","com")', '6'],
  ['replacestr("This is a string re test","re","replace")', 'This is a string replace test'],
  ['substr("This is a substring test",7,8)', ' a subst'],
  ['lower("HeLLo")', 'hello'],
  ['ucase("HeLLo")', 'HELLO'],
  ['join(" ",split("Hello world"," "))', 'Hello world'],
  ['join(" ",to_array(true,"Hello","world"))', 'Hello world'],
  ['lpad("bat",8,"yz")', 'yzyzybat'],
  ['rpad("bat",8,"yz")', 'batyzyzy'],
  ['left("abcde",2)', 'ab'],
  ['trim(" hello ")', 'hello'],
  ['"string1".equalsIgnoreCase("STRING1")', 'true'],
  ['"string1".equals("STRING1")', 'false'],
  ['matches_regex("E259,E259B_009,1_1","([^,]+),[^,]*,([^,]+)")', 'true'],
  ['join("|",extract_regex("E259,E259B_009,1_1","([^,]+),[^,]*,([^,]+)"))', 'E259,E259B_009,1_1|E259|1_1'],
  ['sha1("my text","UTF-8")', 'c3599c11e47719df18a2448690840c5dfcce3c80'],
  ['md5("my text","UTF-8")', 'd3b96ce8c9fb4e9bd0198d03ba6852c7'],
  ['get_url_protocol("https://platform.adobe.com/home")', 'https'],
  ['get_url_host("https://platform.adobe.com/home")', 'platform.adobe.com'],
  ['get_url_port("sftp://example.com//home/joe/employee.csv")', '22'],
  ['get_url_path("sftp://example.com//home/joe/employee.csv")', '//home/joe/employee.csv'],
  ['dformat(1571829875000,"yyyy-MM-dd\'T\'HH:mm:ss.SSSX")', '2019-10-23T11:24:35.000Z'],
  ['date("2019-10-23 11:24","yyyy-MM-dd HH:mm")', '2019-10-23T11:24:00Z'],
  ['date_part("MM",date("2019-10-17 11:55:12"))', '10'],
  ['set_date_part("m",4,date("2016-11-09T11:44:44.797"))', '2016-04-09T11:44:44Z'],
  ['is_empty([1,null,2,3])', 'false'],
  ['str_to_object("firstName - John ; lastName - Doe","-",";").get("firstName")', 'John'],
  ['get_values("firstName - John , lastName - Cena , phone - 555 420 8692","firstName","-",",")', 'John'],
  ['coalesce(null,null,"first",null)', 'first'],
  ['first("1","2","3")', '1'],
  ['last("1","2","3")', '3'],
  ['size_of([1,2,3,4])', '4'],
  ['size_of(add_to_array(["a","b"],"c","d"))', '4'],
  ['size_of(to_array(false,1,null,2,3))', '3'],
  ['iif("s".equalsIgnoreCase("S"),"True","False")', 'True'],
  ['decode("pa","ca","California","pa","Pennsylvania","N/A")', 'Pennsylvania'],
  ['min(3,1,4)', '1'],
  ['max(3,1,4)', '4'],
  ['to_integer("12")', '12'],
  ['to_decimal("20.5")', '20.5'],
  ['aa_get_event_id("event101=5:123456,scOpen","event101")', '123456'],
  ['aa_get_event_value("event101=5:123456,scOpen","event101")', '5'],
]

statement(123, 'every documented sample gives the stated result', async () => {
  const values = await world.valuesOf(SAMPLES.map(([expression]) => expression))
  expect(SAMPLES.map(([expression], index) => [expression, values[index]])).toEqual(SAMPLES)
  // Those of the catalogue are samples of ours: each is worth what stands beside it.
  const { body } = await world.client.get(`${LANGUAGE}/functions`)
  const plain = body.filter(
    ({ result, example }: { result: string; example: string }) =>
      !/^[[{]/.test(result) && result !== 'null' && !/uuid|guid|now\(\)|timestamp\(\)/.test(example),
  )
  expect(plain.length).toBeGreaterThan(50)
  const found = await world.valuesOf(plain.map(({ example }: { example: string }) => example))
  for (const [index, { example, result }] of plain.entries())
    expect([example, String(found[index])]).toEqual([example, result])
})

statement(124, '`crc32("my text","UTF-8")` is `8df92e80`', async () => {
  expect(await world.valuesOf(['crc32("my text","UTF-8")'])).toEqual(['8df92e80'])
})

statement(125, 'substr and instr count from 0; instr of what is absent is -1', async () => {
  expect(
    await world.valuesOf(['substr("abc",0,1)', 'instr("abc","a")', 'instr("abc","c")', 'instr("abc","x")']),
  ).toEqual(['a', '0', '2', '-1'])
})

statement(126, 'split drops what is empty, explode keeps it', async () => {
  expect(await world.valuesOf(['size_of(split("a;;b",";"))', 'size_of(explode("a;;b",";"))'])).toEqual([
    '2',
    '3',
  ])
})

statement(131, 'names that are no identifiers, and names with dots, resolve', async () => {
  const row = { 'First Name': 'Ada', address: { 'street.name': 'Ring' }, 'first-name': 'Bea', 'a.b': 'dot' }
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how the language quotes a name
  const quoted = ['${First Name}', '${first-name}', '${a\\.b}']
  expect(await world.valuesOf(quoted, row)).toEqual(['Ada', 'Bea', 'dot'])
  const { body } = await world.preview(row, [
    { sourceType: 'ATTRIBUTE', source: 'address.street\\.name', destination: '_headwater.text' },
    // The column of exactly that name comes before the path.
    { sourceType: 'ATTRIBUTE', source: 'a.b', destination: '_headwater.city' },
  ])
  expect(body[0].data._headwater).toEqual({ text: 'Ring', city: 'dot' })
})

statement(132, 'an expression of 4097 characters is refused, one of 4096 is not', async () => {
  const ofLength = (length: number) => `"${'x'.repeat(length - 2)}"`
  const statusOf = async (length: number) => {
    const mapping = { sourceType: 'EXPRESSION', source: ofLength(length), destination: '_headwater.text' }
    return (await world.client.post(SETS, world.body([mapping]))).status
  }
  expect([await statusOf(4096), await statusOf(4097)]).toEqual([200, 400])
})

statement(133, 'only the documented words are booleans', async () => {
  const asFlag = async (text: string) => {
    const { body } = await world.preview({ text }, [
      { sourceType: 'ATTRIBUTE', source: 'text', destination: '_headwater.flag' },
    ])
    return body[0].data._headwater?.flag ?? body[0].errors[0].destination
  }
  for (const text of ['y', 'yes', 'Y', 'YES', 'on', 'ON', 'true', 'TRUE'])
    expect([text, await asFlag(text)]).toEqual([text, true])
  for (const text of ['n', 'N', 'no', 'NO', 'off', 'OFF', 'false', 'FALSE'])
    expect([text, await asFlag(text)]).toEqual([text, false])
  for (const text of ['Yes', '1', 't', 'True', '0', ' yes'])
    expect([text, await asFlag(text)]).toEqual([text, '_headwater.flag'])
})

/** A text of each format that is tried by itself, and the day that all of them say. */
const DAYS = [
  '2020-12-11 00:00:00+0000',
  '2020-12-11 00:00:00.000+0000',
  '2020-12-11 00:00:00.000',
  '2020-12-11T00:00:00.000Z',
  '2020-12-11T00:00:00Z',
  '2020-12-11',
  '2020/12/11',
  '2020.12.11',
  '2020-Dec-11',
  '20201211',
  '12-11-2020',
  '12112020',
  '12/11/2020',
  '11.12.2020',
  '12/11/2020 12:00:00 AM',
  '11.12.2020 12:00:00 AM',
  '11.Dec.2020',
  '11-Dec-2020',
]

statement(134, 'all 18 formats of dates are read; 12112020 is 2020-12-11', async () => {
  expect(DAYS).toHaveLength(18)
  const dates = await world.valuesOf(DAYS.map((text) => `date("${text}")`))
  expect(DAYS.map((text, index) => [text, dates[index]])).toEqual(
    DAYS.map((text) => [text, '2020-12-11T00:00:00Z']),
  )
})

statement(135, 'the default of date is for what is null, and for nothing else', async () => {
  const expression = 'date(s,"yyyy-MM-dd",date("2000-01-01"))'
  expect(await world.valuesOf([expression], { s: '2020-02-03' })).toEqual(['2020-02-03T00:00:00Z'])
  expect(await world.valuesOf([expression], { s: null })).toEqual(['2000-01-01T00:00:00Z'])
  const [wrong] = await world.evaluate([expression], { s: 'soon' })
  expect(wrong).toEqual({ value: undefined, error: expect.stringContaining("doesn't fit the pattern") })
})
