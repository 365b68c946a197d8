import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aeppTitle, hasAepp } from '@headwater/testkit/aepp.ts'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { runPython } from '@headwater/testkit/python.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatCredentials } from '../../cli/src/credential-formats.ts'

/** aepp manages sandboxes (`acceptance/clients/aepp/sandboxes.py`), configured by the file that is written for it. */
const SCRIPT = join(import.meta.dirname, '../clients/aepp/sandboxes.py')

let server: TestServer
let folder: string
let told: Answer

describe.skipIf(!hasAepp)(aeppTitle, () => {
  beforeAll(async () => {
    server = await startTestServer()
    folder = await mkdtemp(join(tmpdir(), 'headwater-aepp-'))
    const configFile = join(folder, 'aepp.json')
    await writeFile(configFile, formatCredentials(server.client.credentials, 'aepp'))
    told = await runPython(SCRIPT, { endpoint: server.url, configFile }, 60_000)
  })
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    if (folder !== undefined) await rm(folder, { recursive: true })
  })

  test('it lists the sandboxes and their types', () => {
    expect(told.before.map(({ name }: Answer) => name)).toEqual(['prod'])
    expect(told.types.map(({ id }: Answer) => id)).toEqual(['production', 'development'])
  })

  test('it makes a sandbox, and is told when there is one already', () => {
    expect(told.created).toMatchObject({ name: 'aepp-dev', state: 'creating', type: 'development' })
    expect(told.active.state).toBe('active')
    expect(told.id).toBe(told.active.id)
    expect(told.again).toMatchObject({ status: 409, title: 'Sandbox already exists' })
  })

  test('it renames, empties and deletes the sandbox, and sees what has become of it', () => {
    expect(told.updated).toMatchObject({ title: 'renamed', id: told.id })
    expect(told.reset).toMatchObject({ state: 'resetting', id: told.id })
    expect(told.emptied).toMatchObject({ state: 'active', title: 'renamed', id: told.id })
    expect(told.deleted).toBe(202)
    expect(told.gone).toMatchObject({ state: 'deleted', id: told.id })
  })

  test('what is refused comes back as a body with a sentence', () => {
    expect(told.kept).toMatchObject({ status: 400, detail: expect.stringContaining('default one') })
    expect(told.unknown).toMatchObject({ status: 404, detail: expect.stringContaining('nowhere') })
  })
})
