import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  curlTitle,
  fillIn,
  followStep,
  hasCurl,
  type Notes,
  readTutorial,
  takeNotes,
} from '@headwater/testkit/curl.ts'
import { queryRows } from '@headwater/testkit/journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { statement } from './statement.ts'

/**
 * The documented tutorials for PostgreSQL and for databases (`acceptance/clients/curl`), run by curl in a shell in the
 * order of their names, slips included. Ids and etags go from one answer into the next command.
 */
const TUTORIALS = join(import.meta.dirname, '../clients/curl')

let source: TestDatabase
let server: TestServer

describe.skipIf(!hasCurl)(curlTitle, () => {
  beforeAll(async () => {
    source = await createTestDatabase()
    await source.query('create schema test1')
    await source.query(
      'create table test1."Mytable" ("TestID" text primary key, "Name" text, "Datefield" timestamp)',
    )
    await source.query(`insert into test1."Mytable" values
      ('a', 'Mira', '2021-02-03'), ('b', 'Noor', '2022-04-05'), ('c', 'Max', '2022-06-22 17:19:33'),
      ('d', 'Ola', '2022-09-07')`)
    server = await startTestServer()
  })

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    await source?.drop()
  })

  statement(284, 'the curls of the tutorials run as they are printed, but for host and ids', async () => {
    let notes = firstNotes()
    for (const file of (await readdir(TUTORIALS)).sort()) {
      notes = await follow(file, notes)
    }
    expect(notes['FIRST_TRANSFORMATION']).toBe('Mapping')
    const landed = await queryRows(
      server.client,
      `select distinct _id, person.name.fullName, person.birthDate from "${notes['DATASET_ID']}" order by 1`,
    )
    expect(landed.map(([id, name]) => [id, name])).toEqual([
      ['a', 'Mira'],
      ['b', 'Noor'],
      ['c', 'Max'],
      ['d', 'Ola'],
    ])
  })

  function firstNotes(): Notes {
    const { credentials } = server.client
    return {
      API_KEY: credentials.client_id,
      CLIENT_SECRET: credentials.client_secret,
      SCOPES: credentials.scopes,
      ORG_ID: credentials.ims_org,
      SANDBOX_NAME: 'prod',
      SERVER: source.host,
      PORT: String(source.port),
      DATABASE: source.database,
      USERNAME: source.user,
      PASSWORD: source.password,
      TABLE_PATH: 'test1.Mytable',
    }
  }

  /** Goes through one tutorial and returns the notes with what it added. */
  async function follow(file: string, given: Notes): Promise<Notes> {
    let notes = given
    const steps = await readTutorial(join(TUTORIALS, file))
    expect(steps.length, file).toBeGreaterThan(0)
    for (const step of steps) {
      const answer = await followStep(step, server.url, notes)
      const what = `${file}: ${step.title}: ${answer.text.slice(0, 2_000)}`
      expect(answer.status, what).toBe(step.status)
      for (const text of step.texts) expect(answer.text, what).toContain(fillIn(text, notes))
      for (const text of step.lacking) expect(answer.text, what).not.toContain(text)
      notes = takeNotes(step, answer, notes)
    }
    return notes
  }
})
