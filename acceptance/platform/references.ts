import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { AnswerWitness } from '../conformance/flow-client.ts'
import { noteViolations, Reference } from '../conformance/reference.ts'

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
}

const references = Object.entries(BASE_PATHS)
  .map(([name, basePath]) => ({ file: join(FOLDER, name), basePath }))
  .filter(({ file }) => existsSync(file))
  .map(({ file, basePath }) => new Reference(parse(readFileSync(file, 'utf8')), basePath))

/** Holds an answer against the documents; what is wrong fails the statement that asked for it. */
export const witnessPlatform: AnswerWitness = (asked, answer) => {
  for (const reference of references) noteViolations(reference, asked, answer)
}
