import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { curlTitle, hasCurl } from '@headwater/testkit/curl.ts'
import { connectTo } from '@headwater/testkit/journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** Every example of docs/schemas.md is run in a shell, and answers what the page shows. */
const run = promisify(execFile)
const readPage = (path: string): string => readFileSync(join(import.meta.dirname, '..', path), 'utf8')
const BLOCK = /```(sh|json)\n(.*?)```/gs

interface Example {
  readonly command: string
  /** What the page shows of the answer. */
  readonly shown: Answer
}

function readExamples(): readonly Example[] {
  const blocks = [...readPage('docs/schemas.md').matchAll(BLOCK)].map(([, kind, text = '']) => ({
    kind,
    text,
  }))
  return blocks.flatMap(({ kind, text }, index) => {
    const next = blocks[index + 1]
    if (kind !== 'sh') return []
    return [{ command: text, shown: next?.kind === 'json' ? JSON.parse(next.text) : undefined }]
  })
}

/** The function of the README, as it is printed there. */
const CALL = /^call\(\).*?; echo; }$/ms.exec(readPage('README.md'))?.[0] ?? ''

let server: TestServer
let source: TestDatabase
const notes: Record<string, string> = {}

describe.skipIf(!hasCurl)(curlTitle, () => {
  beforeAll(async () => {
    source = await createTestDatabase()
    await source.query(
      'create table orders (id integer primary key, amount numeric(12, 2), "placed at" timestamptz not null)',
    )
    server = await startTestServer()
    notes['CONNECTION'] = await connectTo(server.client, source)
    const { client_id, ims_org } = server.client.credentials
    Object.assign(notes, {
      BASE_URL: server.url,
      TOKEN: server.client.token,
      CLIENT_ID: client_id,
      IMS_ORG: ims_org,
    })
  })

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    await source?.drop()
  })

  test('the README has the function that the examples use', () => {
    expect(CALL).toContain('curl -s')
  })

  test.each(readExamples().map((example, index) => [index, example] as const))(
    'example %i',
    async (_, { command, shown }) => {
      const { stdout } = await run(
        'bash',
        ['-c', `${CALL}\n${command}\ndeclare -p REGISTRY | cut -d'"' -f2`],
        {
          env: { ...process.env, ...notes },
        },
      )
      const lines = stdout.trim().split('\n')
      notes['REGISTRY'] = lines.pop() ?? ''
      if (shown !== undefined) expectShown(JSON.parse(lines.join('\n')), shown, '')
    },
  )
})

/** What is shown is there: members of objects, all items of lists, `…` for anything, `<NAME>` for what is noted. */
function expectShown(answer: Answer, shown: Answer, path: string): void {
  if (shown === '…') return
  const name = typeof shown === 'string' ? /^<([A-Z_]+)>$/.exec(shown)?.[1] : undefined
  if (name !== undefined) {
    expect(typeof answer, path).toBe('string')
    notes[name] ??= answer
    expect(answer, path).toBe(notes[name])
  } else if (Array.isArray(shown)) {
    expect(answer, path).toHaveLength(shown.length)
    for (const [index, item] of shown.entries()) expectShown(answer[index], item, `${path}/${index}`)
  } else if (typeof shown === 'object' && shown !== null) {
    for (const [key, value] of Object.entries(shown)) {
      expect(answer, path).toHaveProperty([key])
      expectShown(answer[key], value, `${path}/${key}`)
    }
  } else expect(answer, path).toBe(shown)
}
