import { FLOW } from '@headwater/testkit/journey.ts'
import { afterAll, describe, expect, test } from 'vitest'
import type { FlowAnswer } from './flow-client.ts'
import {
  hasReference,
  Reference,
  readReference,
  referenceTitle,
  takeViolations,
  witnessAnswer,
} from './reference.ts'
import { corrected, MISTAKES } from './reference-mistakes.ts'

const ID = '11111111-1111-4111-8111-111111111111'

function answered(status: number, body: unknown): FlowAnswer {
  return { status, headers: {}, body, text: JSON.stringify(body) }
}

/** Answers that no client could use; the reference is precise enough to tell. */
const WRONG: readonly (readonly [method: string, path: string, status: number, body: unknown])[] = [
  ['GET', '/connections', 200, [{ id: ID }]],
  ['GET', '/connections', 200, { items: { id: ID } }],
  ['GET', '/connections?limit=1', 200, { items: [{ id: 7 }] }],
  ['GET', `/connections/${ID}`, 200, { items: [{ createdAt: '2024-01-01T00:00:00Z' }] }],
  ['GET', `/connections/${ID}/`, 200, { items: [{ updatedAt: 1.5 }] }],
  ['GET', `/connections/${ID}`, 200, { items: [{ name: null }] }],
  ['GET', `/connections/${ID}`, 200, { items: [{ connectionSpec: { id: ID } }] }],
  ['GET', `/connections/${ID}`, 200, { items: [{ auth: { params: {} } }] }],
  ['GET', `/connections/${ID}/test`, 200, { result: 'true' }],
  ['GET', `/connections/${ID}/explore`, 200, [{ canPreview: 'yes' }]],
  ['GET', `/connections/${ID}/explore`, 200, { items: [] }],
  ['POST', '/connections', 201, { id: ID, etag: 7 }],
  ['POST', '/connections', 200, { id: ID, etag: '"x"' }],
  ['POST', '/connections/search', 200, { items: 'none' }],
  ['GET', '/connectionSpecs', 200, { items: [{ attributes: { isSource: 'true' } }] }],
  ['GET', '/sourceConnections', 200, { items: [], _links: [], count: 'all' }],
  ['GET', `/sourceConnections/${ID}`, 200, { items: [{ data: null }] }],
  ['PATCH', `/sourceConnections/${ID}`, 202, {}],
  ['GET', '/targetConnections', 200, { items: [{ params: { dataSetId: 7 } }] }],
  ['DELETE', `/targetConnections/${ID}`, 200, {}],
  ['GET', '/flows', 200, { items: [], _links: { next: { href: 7 } } }],
  ['GET', '/flows', 200, { items: [{ transformations: [{ name: 'Mapping' }] }] }],
  ['GET', `/flows/${ID}`, 200, { items: [{ lastRunDetails: { startedAtUTC: 'now' } }] }],
  ['POST', `/flows/${ID}/action?op=disable`, 201, { id: ID }],
  ['GET', '/runs', 200, { items: [{ metrics: { sizeSummary: { inputBytes: '7' } } }] }],
  ['GET', `/runs/${ID}`, 200, { items: [{ flowSpec: { version: 1 } }] }],
  ['POST', '/runs', 200, { id: ID, etag: '"x"' }],
]

describe.skipIf(!hasReference)(referenceTitle, () => {
  const document = hasReference ? readReference() : undefined
  const reference = hasReference ? new Reference(corrected(document)) : undefined
  afterAll(() => void takeViolations())

  test.each(WRONG)('finds fault with %s %s → %i %j', (method, path, status, body) => {
    expect(reference?.violationsOf(method, `${FLOW}${path}`, answered(status, body))).not.toEqual([])
  })

  test('what it finds is handed to the statement that asked', () => {
    expect(takeViolations()).toEqual([])
    witnessAnswer({ method: 'GET', url: `${FLOW}/flows` }, answered(200, { items: [{ id: 7 }] }))
    expect(takeViolations()).toEqual([`GET ${FLOW}/flows → 200: /items/0/id must be string`])
    expect(takeViolations()).toEqual([])
  })

  test.each(MISTAKES)('has a mistake at $at', ({ at, shownBy: { path, body } }) => {
    const violations = new Reference(document).violationsOf('GET', `${FLOW}${path}`, answered(200, body))
    expect(violations, at.join(' / ')).not.toEqual([])
    expect(reference?.violationsOf('GET', `${FLOW}${path}`, answered(200, body))).toEqual([])
  })
})
