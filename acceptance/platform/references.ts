import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { parse } from 'yaml'
import type { AnswerWitness } from '../conformance/flow-client.ts'
import { noteViolations, Reference } from '../conformance/reference.ts'
import { correctedDataPrep } from './data-prep-mistakes.ts'
import { correctedCatalog, correctedSandbox } from './other-mistakes.ts'
import { correctedRegistry } from './registry-mistakes.ts'
import { fromSwagger } from './swagger.ts'

/*
 * The platform's own OpenAPI documents of the services around the Flow Service, which are not part of this project.
 * Where they are at hand, every answer of every platform test is held against them.
 */

const FOLDER = process.env['HEADWATER_TEST_OPENAPI'] ?? join(import.meta.dirname, '../../../shared/openapi')

const BASE_PATHS: Readonly<Record<string, string>> = {
  'catalog.yaml': '/data/foundation/catalog',
  'data-access.yaml': '/data/foundation/export',
  'data-prep.yaml': '/data/foundation/conversion',
  'sandbox.yaml': '/data/foundation',
  'schema-registry.yaml': '/data/foundation/schemaregistry',
}

/** What is done to a document before answers are held against it. */
const PREPARATIONS: Readonly<Record<string, (document: Answer) => Answer>> = {
  'catalog.yaml': correctedCatalog,
  'data-prep.yaml': correctedDataPrep,
  'sandbox.yaml': correctedSandbox,
  'schema-registry.yaml': (document) => correctedRegistry(fromSwagger(document)),
}

const references = Object.entries(BASE_PATHS)
  .map(([name, basePath]) => ({ name, file: join(FOLDER, name), basePath }))
  .filter(({ file }) => existsSync(file))
  .map(({ name, file, basePath }) => {
    const document: Answer = parse(readFileSync(file, 'utf8'))
    return new Reference(PREPARATIONS[name]?.(document) ?? document, basePath)
  })

/** Holds an answer against the documents; what is wrong fails the statement that asked for it. */
export const witnessPlatform: AnswerWitness = (asked, answer) => {
  // What a path names is a file, whose bytes are none of the documents' business.
  if (/\/export\/[^?]*\?(?:.*&)?path=/.test(asked.url)) return
  for (const reference of references) noteViolations(reference, asked, answer)
}
