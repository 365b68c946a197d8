import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { HeadwaterClient } from '@headwater/client/client.ts'
import { curlTitle, hasCurl } from '@headwater/testkit/curl.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openUploadWorld, type UploadWorld } from './uploads.ts'

/** The examples of the page for users, run as a reader would run them. */
const ROOT = join(import.meta.dirname, '../..')

let world: UploadWorld
let datasetId: string
let page: string

beforeAll(async () => {
  world = await openUploadWorld()
  datasetId = await world.makeDataset()
  page = await readFile(join(ROOT, 'docs/ingestion.md'), 'utf8')
})

afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
})

/** The blocks of a language. */
function blocks(text: string, language: string): string[] {
  const found = [...text.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))]
  return found.map(([, block = '']) => block)
}

describe.skipIf(!hasCurl)(curlTitle, () => {
  test('the commands of the page do what it says, one after the other', async () => {
    const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
    const call = /^call\(\) \{.*?^.*?\}$/ms.exec(readme)?.[0] ?? ''
    expect(call).toContain('curl')
    const { credentials, token, baseUrl } = world.server.client
    const env = {
      PATH: process.env['PATH'],
      BASE_URL: baseUrl,
      TOKEN: token,
      CLIENT_ID: credentials.client_id,
      IMS_ORG: credentials.ims_org,
      DATASET: datasetId,
    }
    const script = [call, ...blocks(page, 'sh')].join("\necho '=== block'\n")
    const { stdout } = await promisify(execFile)('bash', ['-e', '-c', script], { env, timeout: 60_000 })
    const outputs = stdout.split('=== block\n').slice(1)
    expect(outputs).toHaveLength(3)
    const answers = outputs.map((output) => output.trim().split('\n').at(-1))
    const [shown, large] = blocks(page, 'json').map((block) => block.trim())
    expect([answers[1], answers[2]]).toEqual([shown, large])
  })
})

test('the program of the page uploads with the typed client', async () => {
  const { credentials, baseUrl } = world.server.client
  const { client_id: clientId, client_secret: clientSecret, scopes, ims_org: orgId } = credentials
  const program =
    blocks(page, 'ts')[0]
      ?.replace(/^import.*\n/m, '')
      .replace(/^const client = .*\n/m, '') ?? ''
  const client = new HeadwaterClient({ baseUrl, credentials: { clientId, clientSecret, scopes, orgId } })
  const AsyncFunction = (async () => {}).constructor as new (
    ...texts: string[]
  ) => (...values: unknown[]) => Promise<string>
  const id = await new AsyncFunction('client', 'datasetId', `${program}\nreturn id`)(client, datasetId)
  expect(await world.ended(id)).toMatchObject({ status: 'success', recordCount: 1, errors: [] })
})
