import type { Sandbox, SandboxList, SandboxListQuery } from '@headwater/contract/sandboxes.ts'
import { type Grant, holds, holdsAny } from '#http/permissions.ts'
import { invalidRequest } from './problems.ts'
import type { SandboxReader, SandboxRow } from './sandbox-reader.ts'
import { viewSandbox } from './sandbox-view.ts'

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 500

export interface ListRequest {
  readonly orgId: string
  /** URL of the list without its query, for the links. */
  readonly url: string
  readonly query: SandboxListQuery
  /** Those of the caller, who sees nothing of sandboxes in which they may do nothing. */
  readonly grants: readonly Grant[]
  /** The active ones in which the caller may do anything; those of whatever state that they may view otherwise. */
  readonly activeOnly?: boolean | undefined
}

/** A page of the organisation's sandboxes, which are few: filtered and sorted here. */
export async function listSandboxes(reader: SandboxReader, request: ListRequest): Promise<SandboxList> {
  const { limit, offset } = readPage(request.query)
  const rows = await reader.list(request.orgId)
  const visible = rows.filter((row) => isVisible(row, request)).map(viewSandbox)
  const matching = sortBy(filterBy(visible, request.query.property ?? []), request.query.orderBy)
  const sandboxes = matching.slice(offset, offset + limit)
  return {
    sandboxes,
    _page: { limit, count: sandboxes.length },
    _links: links(request.url, { limit, offset, total: matching.length }),
  }
}

function isVisible({ id, state }: SandboxRow, { grants, activeOnly }: ListRequest): boolean {
  if (activeOnly === true) return state === 'active' && holdsAny(grants, id)
  return holds(grants, 'View Sandboxes', { sandboxId: id })
}

function readPage({ limit, offset }: SandboxListQuery): { readonly limit: number; readonly offset: number } {
  if ((limit === undefined) !== (offset === undefined)) {
    throw invalidRequest('limit and offset belong together. Send both or neither.')
  }
  if (limit === undefined || offset === undefined) return { limit: DEFAULT_LIMIT, offset: 0 }
  if (limit < 1 || limit > MAX_LIMIT || offset < 0) {
    throw invalidRequest(
      `limit=${limit} and offset=${offset} are out of range: 1 to ${MAX_LIMIT}, and 0 or more.`,
    )
  }
  return { limit, offset }
}

const FIELDS: Readonly<Record<string, keyof Sandbox>> = {
  id: 'id',
  name: 'name',
  title: 'title',
  state: 'state',
  type: 'type',
  region: 'region',
  isDefault: 'isDefault',
  created: 'createdDate',
  createdDate: 'createdDate',
  updated: 'lastModifiedDate',
  lastModifiedDate: 'lastModifiedDate',
}

function fieldOf(name: string): keyof Sandbox {
  const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined
  if (field === undefined) {
    throw invalidRequest(
      `"${name}" is no property of a sandbox. Use one of: ${Object.keys(FIELDS).join(', ')}.`,
    )
  }
  return field
}

/** Every condition has to hold; commas join several in one parameter. */
function filterBy(sandboxes: readonly Sandbox[], properties: readonly string[]): readonly Sandbox[] {
  const conditions = properties.flatMap((property) => property.split(',')).map(readCondition)
  return sandboxes.filter((sandbox) => conditions.every((condition) => condition(sandbox)))
}

function readCondition(text: string): (sandbox: Sandbox) => boolean {
  const [, name, operator, value] = /^\s*(\w+)\s*(==|!=)\s*(.*?)\s*$/.exec(text) ?? []
  if (name === undefined)
    throw invalidRequest(`The filter "${text}" is not readable. Write name==value or name!=value.`)
  const field = fieldOf(name)
  return (sandbox) => (String(sandbox[field]) === value) === (operator === '==')
}

/** `asc:created,updated`, `desc:name` or just names. */
function sortBy(sandboxes: readonly Sandbox[], orderBy: string | undefined): readonly Sandbox[] {
  if (orderBy === undefined) return sandboxes
  const [, direction, names] = /^(?:(asc|desc):)?(.*)$/.exec(orderBy) ?? []
  const fields = (names ?? '').split(',').map((name) => fieldOf(name.trim()))
  const sign = direction === 'desc' ? -1 : 1
  return [...sandboxes].sort((a, b) => {
    for (const field of fields) {
      if (a[field] !== b[field]) return a[field] < b[field] ? -sign : sign
    }
    return 0
  })
}

function links(
  url: string,
  page: { readonly limit: number; readonly offset: number; readonly total: number },
): SandboxList['_links'] {
  const { limit, offset, total } = page
  const link = (start: number) => ({ href: `${url}?limit=${limit}&offset=${start}`, templated: false })
  return {
    ...(offset + limit < total ? { next: link(offset + limit) } : {}),
    ...(offset > 0 ? { prev: link(Math.max(0, offset - limit)) } : {}),
    page: { href: `${url}?limit={limit}&offset={offset}`, templated: true },
  }
}
