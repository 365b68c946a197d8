import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Browsed, CHROMIUM, openBrowsed, type Tab, type TabOptions } from './console/browsed.ts'
import { expectSound } from './console/expect-sound.ts'

/** The console in a real browser, over a whole server with what really has landed. */
const title = CHROMIUM === undefined ? 'the console (skipped: there is no /usr/bin/chromium)' : 'the console'

describe.skipIf(CHROMIUM === undefined)(title, () => {
  let it: Browsed

  beforeAll(async () => {
    it = await openBrowsed()
  }, 120_000)
  afterAll(async () => it?.[Symbol.asyncDispose]())

  /** Every page with something of what has to be on it. */
  const pages: readonly (readonly [name: string, path: () => string, words: () => readonly string[]])[] = [
    ['sources', () => '/sources', () => ['PostgreSQL', 'Connected', 'Add data']],
    ['connecting', () => '/sources/postgresql', () => ['Connect PostgreSQL', 'Encryption']],
    [
      'choosing a table',
      () => `/sources/${it.connectionId}/add?table=public.orders`,
      () => ['public.orders', 'New rows are known by', 'Finish'],
    ],
    ['monitoring', () => '/monitoring', () => ['Ingestion rate', 'By dataflow', it.flowName]],
    ['dataflows', () => '/flows', () => [it.flowName, 'public.orders', 'Enabled']],
    ['a dataflow', () => `/flows/${it.flowId}`, () => [it.flowName, 'Over time', 'Success']],
    [
      'a run',
      () => `/runs/${it.runId}`,
      () => ['1 of 1 slice done', 'What left PostgreSQL is what is in the lake'],
    ],
    ['a run that failed', () => `/runs/${it.failedRunId}`, () => ['Why it failed', 'Run again']],
    [
      'a run with rows set aside',
      () => `/runs/${it.heldRunId}`,
      () => ['Rows that were set aside', 'id = 3', 'Download'],
    ],
    ['accounts', () => '/accounts', () => ['Accounts', 'Enabled']],
    ['an account', () => `/accounts/${it.connectionId}`, () => ['Test account', it.flowName]],
    ['datasets', () => '/datasets', () => ['Name in SQL', 'Success']],
    ['rows of a dataset', () => `/datasets/${it.datasetId}`, () => ['first', 'second']],
    [
      'fields of a dataset',
      () => `/datasets/${it.datasetId}?tab=schema`,
      () => ['_headwater.note', 'string'],
    ],
    ['batches of a dataset', () => `/datasets/${it.datasetId}?tab=batches`, () => ['Open run']],
    ['snapshots of a dataset', () => `/datasets/${it.datasetId}?tab=snapshots`, () => ['current', 'append']],
    ['files of a dataset', () => `/datasets/${it.datasetId}?tab=files`, () => ['.parquet']],
    ['SQL over a dataset', () => `/datasets/${it.datasetId}?tab=sql`, () => ['Run statement']],
    [
      'engines for a dataset',
      () => `/datasets/${it.datasetId}?tab=attach`,
      () => ['oauth2_server_uri', it.url],
    ],
    ['labels of a dataset', () => `/datasets/${it.datasetId}?tab=labels`, () => ['C1']],
    ['schemas', () => '/schemas', () => ['schema']],
    ['a schema', () => `/schemas/${it.schemaId}`, () => ['_headwater.amount', 'number']],
    ['sandboxes', () => '/sandboxes', () => ['default', 'active']],
    ['audit', () => '/audit', () => ['Create flow', 'Done']],
  ]

  test.each(pages)('%s: wide and light, narrow and dark, with nothing amiss', async (_name, path, words) => {
    await Promise.all([
      look(path(), words(), { width: 1280, scheme: 'light' }),
      look(path(), words(), { width: 400, scheme: 'dark' }),
    ])
  })

  async function look(path: string, words: readonly string[], options: TabOptions): Promise<void> {
    await using tab = await it.open(path, options)
    const main = tab.page.getByRole('main')
    for (const word of words)
      await main.getByText(word).filter({ visible: true }).first().waitFor({ timeout: 15_000 })
    await expectSound(tab)
  }

  test('who is not signed in is asked to, and gets to the page that was asked for', async () => {
    await using tab = await it.open('/flows', { isSignedIn: false })
    await expectSound(tab)
    const { client_id: id, client_secret: secret } = it.credentials
    await tab.page.getByLabel('Client id').fill(id)
    await tab.page.getByLabel('Client secret').fill('wrong')
    await tab.page.getByRole('button', { name: 'Sign in' }).click()
    await tab.page.getByText('The secret does not belong to this client id.').waitFor()
    await tab.page.getByLabel('Client secret').fill(secret)
    await tab.page.keyboard.press('Enter')
    await tab.page.getByRole('heading', { name: 'Dataflows' }).waitFor()
    await tab.page.getByRole('link', { name: it.flowName }).waitFor()
  })

  test('a database is connected by its URL, and a table of it lands', async () => {
    await using tab = await it.open('/sources')
    const { page } = tab
    await page.getByRole('link', { name: 'Connect' }).click()
    await page.getByLabel('Server').focus()
    await paste(page, `${it.sourceUrl}?sslmode=disable`)
    await page.getByRole('button', { name: 'Connect' }).click()
    await page.getByText('The source can be reached and read.').waitFor({ timeout: 15_000 })
    await page.getByRole('link', { name: 'Add data' }).click()
    await page.getByRole('button', { name: /public\.orders/ }).click()
    await page.getByLabel('Name').fill('By hand')
    await page.getByLabel('Only rows where').fill('id > 1')
    await page.reload()
    expect(await page.getByLabel('Name').inputValue()).toBe('By hand')
    await page.getByRole('button', { name: 'Finish' }).click()
    await page.waitForURL(/\/console\/flows\//)
    await page.getByText('Success', { exact: true }).first().waitFor({ timeout: 20_000 })
    expect(tab.complaints).toEqual([])
  })

  /** As a clipboard does it, which a browser without a window lacks. */
  async function paste(page: Tab['page'], text: string): Promise<void> {
    await page.evaluate(`{
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', ${JSON.stringify(text)})
      const options = { clipboardData, bubbles: true, cancelable: true }
      document.activeElement.dispatchEvent(new ClipboardEvent('paste', options))
    }`)
  }

  test('a run that somebody else has asked for appears by itself, up to its end', async () => {
    await using tab = await it.open(`/flows/${it.flowId}`)
    await tab.page
      .getByText('Live')
      .first()
      .waitFor({ state: 'attached' })
      .catch(() => {})
    const rows = tab.page.getByRole('region', { name: 'Table: Runs' }).getByRole('row')
    await rows.nth(1).waitFor()
    const before = await rows.count()
    await it.runOnce()
    await vi.waitFor(async () => expect(await rows.count()).toBe(before + 1), { timeout: 15_000 })
    await rows.nth(1).getByText('Success').waitFor({ timeout: 15_000 })
  })

  test('a dataflow is run, disabled and enabled', async () => {
    await using tab = await it.open('/flows')
    const act = async (name: string) => {
      await tab.page.getByRole('button', { name: `Actions for ${it.flowName}` }).click()
      await tab.page.getByRole('menuitem', { name }).click()
    }
    const row = tab.page.getByRole('row').filter({ hasText: it.flowName })
    await act('Disable')
    await row.getByText('Disabled').waitFor()
    await act('Enable')
    await row.getByText('Enabled').waitFor()
    await act('Run now')
    await tab.page.waitForURL(/\/console\/runs\//)
    await tab.page.getByText('What left PostgreSQL is what is in the lake').waitFor({ timeout: 20_000 })
    await expectSound(tab)
  })

  test('an account is tested stage by stage', async () => {
    await using tab = await it.open(`/accounts/${it.connectionId}`)
    await tab.page.getByRole('button', { name: 'Test account' }).click()
    await tab.page.getByText('The source can be reached and read.').waitFor({ timeout: 15_000 })
    expect(
      await tab.page.getByRole('list', { name: 'Stages of the test' }).getByRole('listitem').count(),
    ).toBe(9)
    await expectSound(tab)
  })

  test('a statement is run, stands in the address, and is refused in the words of the engine', async () => {
    await using tab = await it.open(`/datasets/${it.datasetId}?tab=sql`)
    await tab.page
      .getByLabel('SQL', { exact: true })
      .last()
      .fill(`select count(*) as n from "${it.datasetId}"`)
    await tab.page.getByRole('button', { name: 'Run statement' }).click()
    await tab.page.getByRole('region', { name: 'Table: Rows of the statement' }).getByText(/^\d+$/).waitFor()
    expect(new URL(tab.page.url()).searchParams.get('sql')).toContain('count(*)')
    await tab.page.getByLabel('SQL', { exact: true }).last().fill('select * from nowhere')
    await tab.page.keyboard.press('Control+Enter')
    await tab.page.getByText('There is no table named nowhere').waitFor()
  })

  test('filters stand in the address and survive a reload', async () => {
    await using tab = await it.open('/flows?state=disabled')
    await tab.page.getByText('Nothing fits').waitFor()
    await tab.page.getByRole('button', { name: /State/ }).click()
    await tab.page.getByRole('option', { name: 'Enabled' }).click()
    await tab.page.getByRole('link', { name: it.flowName }).waitFor()
    expect(new URL(tab.page.url()).searchParams.get('state')).toBe('enabled')
    await tab.page.reload()
    await tab.page.getByRole('button', { name: /Enabled/ }).waitFor()
  })

  test('charts are gone along by keys, and have a table behind them', async () => {
    await using tab = await it.open('/monitoring')
    const chart = tab.page.getByRole('img', { name: /Records per hour/ })
    await chart.focus()
    await tab.page.keyboard.press('ArrowLeft')
    await tab.page
      .getByText(/Ingested [1-9]/)
      .first()
      .waitFor({ state: 'attached' })
    await tab.page.getByRole('button', { name: 'Show as a table' }).click()
    const table = tab.page.getByRole('region', { name: 'Table: Records per hour' })
    expect(await table.getByRole('row').count()).toBeGreaterThan(20)
  })

  test('the first tab stop leads past the menu', async () => {
    await using tab = await it.open('/flows')
    await tab.page.getByRole('link', { name: it.flowName }).waitFor()
    await tab.page.evaluate('document.activeElement?.blur()')
    await tab.page.keyboard.press('Tab')
    expect(await tab.page.evaluate('document.activeElement?.textContent')).toBe('Skip to content')
  })

  test('a server that fails is told in a sentence, with a way to try again', async () => {
    await using tab = await it.open('/datasets', { failing: '/data/foundation/catalog/dataSets' })
    await tab.page.getByRole('button', { name: 'Try again' }).waitFor({ timeout: 20_000 })
    expect(await tab.page.getByRole('main').textContent()).not.toMatch(/\bat \w+ \(|TypeError|undefined/)
  })
})
