import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Answer, ApiClient } from '@headwater/testkit/api-client.ts'
import { connectTo } from '@headwater/testkit/journey.ts'
import { createTestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer } from '@headwater/testkit/test-server.ts'
import { expect } from 'vitest'

/** Examples of a page: a command in a shell, and what the page shows of the answer. */
export interface Example {
  readonly command: string
  /** `undefined` where nothing is shown. */
  readonly shown: Answer
}

/** What commands may refer to as `$NAME`, and what answers are noted as. */
export type Notes = Record<string, string>

const run = promisify(execFile)
const readPage = (path: string): string => readFileSync(join(import.meta.dirname, '..', path), 'utf8')
const BLOCK = /```(sh|json)\n(.*?)```/gs

export function readExamples(page: string): readonly Example[] {
  const blocks = [...readPage(page).matchAll(BLOCK)].map(([, kind, text = '']) => ({ kind, text }))
  return blocks.flatMap(({ kind, text }, index) => {
    const next = blocks[index + 1]
    if (kind !== 'sh') return []
    return [{ command: text, shown: next?.kind === 'json' ? JSON.parse(next.text) : undefined }]
  })
}

/** The function of the README, as it is printed there. */
export const CALL = /^call\(\).*?; echo; }$/ms.exec(readPage('README.md'))?.[0] ?? ''

/** What the function of the README wants to know. */
export function accessOf({ baseUrl, credentials, token }: ApiClient): Notes {
  const { client_id, ims_org } = credentials
  return { BASE_URL: baseUrl, TOKEN: token ?? '', CLIENT_ID: client_id, IMS_ORG: ims_org }
}

/** A server, and the table `public.orders` that pages speak of in a database that the server is connected to. */
export interface OrdersWorld extends AsyncDisposable {
  readonly client: ApiClient
  readonly connectionId: string
}

export async function openOrders(): Promise<OrdersWorld> {
  await using opened = new AsyncDisposableStack()
  const source = await createTestDatabase()
  opened.defer(() => source.drop())
  await source.query(
    'create table orders (id integer primary key, amount numeric(12, 2), "placed at" timestamptz not null)',
  )
  const { client } = opened.use(await startTestServer())
  const connectionId = await connectTo(client, source)
  const resources = opened.move()
  return { client, connectionId, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

/** Runs an example, and fails unless its answer is what the page shows. Names that it sets are noted. */
export async function playExample({ command, shown }: Example, notes: Notes): Promise<void> {
  const names = [...command.matchAll(/^([A-Z]+)=/gm)].map(([, name = '']) => name)
  const told = names.map((name) => `printf '%s\\n' "$${name}"`)
  const { stdout } = await run('bash', ['-c', [CALL, command, ...told].join('\n')], {
    env: { ...process.env, ...notes },
  })
  const lines = stdout.trim().split('\n')
  for (const name of names.toReversed()) notes[name] = lines.pop() ?? ''
  if (shown !== undefined) expectShown({ answer: JSON.parse(lines.join('\n')), shown, path: '' }, notes)
}

interface Comparison {
  readonly answer: Answer
  readonly shown: Answer
  readonly path: string
}

/** What is shown is there: members of objects, all items of lists, `…` for anything, `<NAME>` for what is noted. */
function expectShown({ answer, shown, path }: Comparison, notes: Notes): void {
  if (shown === '…') return
  const name = typeof shown === 'string' ? /^<([A-Z_]+)>$/.exec(shown)?.[1] : undefined
  if (name !== undefined) {
    expect(typeof answer, path).toBe('string')
    notes[name] ??= answer
    expect(answer, path).toBe(notes[name])
  } else if (Array.isArray(shown)) {
    expect(answer, path).toHaveLength(shown.length)
    for (const [index, item] of shown.entries())
      expectShown({ answer: answer[index], shown: item, path: `${path}/${index}` }, notes)
  } else if (typeof shown === 'object' && shown !== null) {
    for (const [key, value] of Object.entries(shown)) {
      expect(answer, path).toHaveProperty([key])
      expectShown({ answer: answer[key], shown: value, path: `${path}/${key}` }, notes)
    }
  } else expect(answer, path).toBe(shown)
}
