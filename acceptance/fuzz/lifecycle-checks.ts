import type { Answer } from '@headwater/testkit/api-client.ts'
import { expect } from 'vitest'
import type { FlowAnswer } from '../conformance/flow-client.ts'
import type { World } from '../conformance/world.ts'
import { type Expected, type Modelled, NOT_FOUND } from './lifecycle-model.ts'

/** How a change names the version it is meant for. */
export const VERSIONS = ['current', 'unquoted', 'query', 'any', 'former', 'none'] as const
export type Version = (typeof VERSIONS)[number]

/** The version in the way that was chosen. */
export function versionOf(
  { etag, formerEtag }: Modelled,
  version: Version,
): { query: string; headers: Answer } {
  if (version === 'none') return { query: '', headers: {} }
  if (version === 'query') return { query: `?if-match=${encodeURIComponent(etag)}`, headers: {} }
  const text = { current: etag, unquoted: etag.slice(1, -1), any: '*', former: formerEtag }[version]
  return { query: '', headers: { 'if-match': text } }
}

/** True for a version that the entity had before. */
export function isStale({ etag, formerEtag }: Modelled, version: Version): boolean {
  return version === 'former' && formerEtag !== etag
}

/** Takes over the new version from the answer to a change. */
export function change(entity: Modelled, { body }: FlowAnswer): void {
  expect(body).toEqual({ id: entity.id, etag: expect.any(String) })
  expect(body.etag).not.toBe(entity.etag)
  entity.formerEtag = entity.etag
  entity.etag = body.etag
}

/** Status, and the code of a refusal. */
export function expectAnswer({ status, body, text }: FlowAnswer, expected: Expected): void {
  expect(status, text).toBe(expected.status)
  if (expected.code !== undefined) expect(body.type, text).toContain(`FLOW-${expected.code}`)
}

/** Reads the entity: it is as the model has it, whatever the step before was told. */
export async function expectAsModelled(entity: Modelled | undefined, world: World): Promise<void> {
  if (entity === undefined) return
  const { kind, id, etag, state, name, isGone } = entity
  const answer = await world.client.get(`/${kind}/${id}`)
  if (isGone) return expectAnswer(answer, NOT_FOUND)
  expect(answer.body.items).toMatchObject([{ id, etag, version: etag, state, name }])
}
