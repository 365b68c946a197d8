import { listOperations, listSchemas, type OpenApiNode, resolveRef, walk } from './walk-document.ts'

/** What a document does wrong by one rule, place by place. */
export type Rule = (document: OpenApiNode) => readonly string[]

/** The rules that a document of ours keeps, by what they say. */
export const RULES: Readonly<Record<string, Rule>> = {
  'operation ids are unique words': (document) => {
    const ids = listOperations(document).map(({ id }) => id)
    return ids.filter((id, index) => !/^[a-z]\w+$/.test(id) || ids.indexOf(id) !== index)
  },
  'summaries are a line without a full stop': (document) =>
    operationsWhere(document, ({ summary }) => !/^\S.{3,110}[^.\s]$/.test(summary ?? '')),
  'each operation has one tag, and each tag a description and operations': (document) => {
    const names = document.tags.map(({ name }: OpenApiNode) => name)
    const used = new Set(listOperations(document).flatMap(({ operation }) => operation.tags ?? []))
    return [
      ...operationsWhere(document, ({ tags }) => tags?.length !== 1 || !names.includes(tags[0])),
      ...document.tags.filter(({ name, description }: OpenApiNode) => !used.has(name) || !description),
    ]
  },
  'paths have no slash at the end, and their parameters are described': (document) =>
    listOperations(document)
      .filter(({ path, operation }) => {
        const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()
        const told = parametersOf(document, operation).filter((it: OpenApiNode) => it.in === 'path')
        return /.\/$|\?/.test(path) || String(told.map((it: OpenApiNode) => it.name).sort()) !== String(named)
      })
      .map(({ id }) => id),
  'parameters have descriptions and types': (document) =>
    listOperations(document).flatMap(({ id, operation }) =>
      parametersOf(document, operation)
        .filter(({ description, schema }: OpenApiNode) => !description || !isTyped(schema))
        .map(({ name }: OpenApiNode) => `${id}: ${name}`),
    ),
  'each operation says how it succeeds': (document) =>
    operationsWhere(
      document,
      ({ responses, deprecated }) =>
        deprecated !== true && !Object.keys(responses).some((it) => /^[23]/.test(it)),
    ),
  'each operation says how it fails, with examples': (document) =>
    listOperations(document).flatMap(({ id, operation }) =>
      Object.entries<OpenApiNode>(operation.responses)
        .filter(
          ([status, { content }]) => /^[45]/.test(status) && operation.head === undefined && isBare(content),
        )
        .map(([status]) => `${id}: ${status}`),
    ),
  'each operation behind the gateway names its errors': (document) =>
    operationsWhere(
      document,
      ({ responses, security }) =>
        security === undefined && !['400', '401', '403', '500', '503'].every((status) => status in responses),
    ),
  'bodies and JSON answers have examples': (document) =>
    listOperations(document).flatMap(({ id, operation }) =>
      jsonContents(operation)
        .filter(({ content }) => isEmpty(content.examples) && content.example === undefined)
        .map(({ where }) => `${id}: ${where}`),
    ),
  'components are used': (document) => {
    const text = JSON.stringify(document)
    return Object.entries<OpenApiNode>(document.components)
      .filter(([section]) => section !== 'securitySchemes')
      .flatMap(([section, entries]) => Object.keys(entries).map((name) => `#/components/${section}/${name}`))
      .filter((ref) => !text.includes(`"${ref}"`))
  },
  'references lead somewhere': (document) =>
    [...walk(document)]
      .filter(([, node]) => typeof node.$ref === 'string' && resolveRef(document, node) === undefined)
      .map(([pointer]) => pointer),
  'schemas have types': (document) =>
    listSchemas(document)
      .filter(({ schema }) => !isTyped(schema) && !isConstraint(schema))
      .map(({ pointer }) => pointer),
  'named schemas have a description, or members that say it all': (document) =>
    Object.entries<OpenApiNode>(document.components.schemas)
      .filter(([, { description, properties }]) => !description && properties === undefined)
      .map(([name]) => name),
  'what is required exists': (document) =>
    listSchemas(document)
      .filter(({ schema }) => schema.properties !== undefined)
      .filter(({ schema }) => (schema.required ?? []).some((name: string) => !(name in schema.properties)))
      .map(({ pointer }) => pointer),
  'nothing is left of older versions of OpenAPI': (document) =>
    listSchemas(document)
      .filter(({ schema }) => 'nullable' in schema || 'example' in schema || 'discriminator' in schema)
      .map(({ pointer }) => pointer),
  'the document says whose it is, and how to get in': ({ info, servers, security, components }) => {
    const schemes = security.flatMap((it: OpenApiNode) => Object.keys(it))
    return [
      ...['title', 'version', 'description', 'summary', 'license', 'contact'].filter((name) => !info[name]),
      ...(servers.length === 0 ? ['servers'] : []),
      ...schemes.filter((name: string) => !components.securitySchemes[name]?.description),
    ]
  },
  'texts are plain: no dashes as pauses, no blanks at the ends': (document) =>
    [...walk(document)]
      .flatMap(([pointer, { description, summary }]) =>
        [description, summary].map((text): [string, unknown] => [pointer, text]),
      )
      .filter(([, text]) => typeof text === 'string' && /[–—]|^\s|\s$|^$/.test(text))
      .map(([pointer]) => pointer),
}

function operationsWhere(document: OpenApiNode, isWrong: (operation: OpenApiNode) => boolean): string[] {
  return listOperations(document)
    .filter(({ operation }) => isWrong(operation))
    .map(({ id }) => id)
}

export function parametersOf(document: OpenApiNode, operation: OpenApiNode): OpenApiNode[] {
  return (operation.parameters ?? []).map((parameter: OpenApiNode) => resolveRef(document, parameter))
}

/** The JSON of an operation: its body and its successes. */
export function jsonContents(
  operation: OpenApiNode,
): { readonly where: string; readonly content: OpenApiNode }[] {
  const bodies = Object.entries<OpenApiNode>(operation.requestBody?.content ?? {}).map(([type, content]) => ({
    where: `body ${type}`,
    content,
  }))
  const answers = Object.entries<OpenApiNode>(operation.responses)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([status, { content }]) =>
      Object.entries<OpenApiNode>(content ?? {})
        .filter(([type]) => type === 'application/json')
        .map(([, it]) => ({ where: status, content: it })),
    )
  return [...bodies, ...answers]
}

function isBare(content: OpenApiNode): boolean {
  return content !== undefined && isEmpty(content['application/json']?.examples)
}

function isEmpty(value: object | undefined): boolean {
  return value === undefined || Object.keys(value).length === 0
}

/** A schema that says nothing of the type says why: it is open on purpose. */
function isTyped(schema: OpenApiNode): boolean {
  const says = ['type', '$ref', 'anyOf', 'allOf', 'oneOf', 'enum', 'const', 'not']
  return says.some((key) => key in schema) || typeof schema.description === 'string'
}

/** A part of another schema that only narrows it down. */
function isConstraint(schema: OpenApiNode): boolean {
  return Object.keys(schema).every((key) =>
    ['required', 'properties', 'const', 'if', 'then', 'else'].includes(key),
  )
}
