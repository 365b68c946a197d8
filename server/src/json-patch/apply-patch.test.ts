import { describe, expect, test } from 'vitest'
import type { JsonObject } from '#kit/json.ts'
import { applyMergePatch, applyPatch, PatchError, parsePatch } from './apply-patch.ts'

const DATASET = { name: 'orders', tags: { unifiedProfile: ['enabled:false'], 'adobe/pqs/table': ['orders'] } }

function patch(body: unknown, document: Parameters<typeof applyPatch>[0] = DATASET) {
  return applyPatch(document, parsePatch(body))
}

describe('JSON Patch', () => {
  test('adds, replaces and removes, with escaped names', () => {
    const patched = patch([
      { op: 'replace', path: '/tags/unifiedProfile', value: ['enabled:true'] },
      { op: 'Remove', path: '/tags/adobe~1pqs~1table' },
      { op: 'ADD', path: '/tags/unifiedProfile/-', value: 'isUpsert:true' },
    ])
    expect(patched).toEqual({ name: 'orders', tags: { unifiedProfile: ['enabled:true', 'isUpsert:true'] } })
  })

  test('takes a single operation without its array', () => {
    expect(patch({ op: 'add', path: '/description', value: 'x' })['description']).toBe('x')
  })

  test('moves, copies and tests', () => {
    const patched = patch([
      { op: 'test', path: '/name', value: 'orders' },
      { op: 'copy', from: '/name', path: '/title' },
      { op: 'move', from: '/tags', path: '/labels' },
    ])
    expect(patched).toEqual({ name: 'orders', title: 'orders', labels: DATASET.tags })
  })

  test('applies everything or nothing', () => {
    const before = structuredClone(DATASET)
    const body = [
      { op: 'replace', path: '/tags/unifiedProfile/0', value: 'changed' },
      { op: 'remove', path: '/nothing/here' },
    ]
    expect(() => patch(body)).toThrow(PatchError)
    expect(DATASET).toEqual(before)
  })

  test('the result shares nothing with the patch', () => {
    const value = { deep: ['a'] }
    const patched = patch([
      { op: 'add', path: '/one', value },
      { op: 'add', path: '/one/deep/-', value: 'b' },
    ])
    expect(value).toEqual({ deep: ['a'] })
    expect(patched['one']).toEqual({ deep: ['a', 'b'] })
  })

  test.each([
    ['shape', ['text']],
    ['shape', [null]],
    ['operation', [{ op: '_get', path: '/name' }]],
    ['operation', [{ path: '/name' }]],
    ['path', [{ op: 'add', value: 1 }]],
    ['path', [{ op: 'add', path: 'name', value: 1 }]],
    ['path', [{ op: 'move', path: '/name' }]],
    ['path', [{ op: 'replace', path: '/absent', value: 1 }]],
    ['path', [{ op: 'add', path: '/tags/unifiedProfile/7', value: 1 }]],
    ['path', [{ op: 'add', path: '/name/first', value: 1 }]],
    ['value', [{ op: 'add', path: '/name' }]],
    ['value', [{ op: 'replace', path: '', value: [1] }]],
    ['test', [{ op: 'test', path: '/name', value: 'other' }]],
  ])('names the fault %s', (fault, body) => {
    expect(() => patch(body)).toThrow(expect.objectContaining({ name: 'PatchError', fault }))
  })

  test.each(['/__proto__/polluted', '/constructor/prototype/polluted', '/tags/__proto__'])(
    'refuses %s',
    (path) => {
      expect(() => patch([{ op: 'add', path, value: true }])).toThrow(/must not contain/)
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    },
  )

  test('stops copies that double the document without end', () => {
    const doubling = Array.from({ length: 60 }, (_, index) => ({
      op: 'copy',
      from: '',
      path: `/copy${index}`,
    }))
    expect(() => patch(doubling, { text: 'x'.repeat(1_000_000) })).toThrow(/larger than 32 MiB/)
  })
})

describe('depth', () => {
  const nested = (levels: number): JsonObject => (levels === 0 ? {} : { a: nested(levels - 1) })

  test('stops patches that put a deep value into a deep place, again and again', () => {
    const once = patch([{ op: 'add', path: '/a', value: nested(200) }])
    const twice = patch([{ op: 'add', path: '/a'.repeat(201), value: nested(200) }], once)
    expect(() => patch([{ op: 'add', path: '/a'.repeat(401), value: 1 }], twice)).toThrow(/deeper than 256/)
  })

  test('stops copies that do', () => {
    const copies = Array.from({ length: 20 }, () => ({ op: 'copy', from: '', path: '/a'.repeat(200) }))
    expect(() => patch(copies, nested(200))).toThrow(/deeper than 512/)
  })
})

describe('merge patch', () => {
  test('merges at every depth, null removes, arrays replace', () => {
    const merged = applyMergePatch(DATASET, {
      name: null,
      tags: { unifiedProfile: ['enabled:true'], note: { a: 1, b: null } },
    })
    expect(merged).toEqual({
      tags: { unifiedProfile: ['enabled:true'], 'adobe/pqs/table': ['orders'], note: { a: 1 } },
    })
    expect(DATASET.name).toBe('orders')
  })

  test('refuses names that reach into the program', () => {
    expect(() => applyMergePatch(DATASET, JSON.parse('{"tags":{"__proto__":{"polluted":true}}}'))).toThrow(
      PatchError,
    )
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})
