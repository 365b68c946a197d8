import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { closeObjects } from './close-objects.ts'
import { listOperations, listSchemas, type OpenApiNode, resolveRef } from './walk-document.ts'

/** An example and the schema that it is one of. */
interface Checked {
  readonly where: string
  readonly value: unknown
  /** Where the schema is. */
  readonly pointer: string
}

/** Every example of a document that its schema forbids, or that has members which the schema does not name. */
export function wrongExamples(document: OpenApiNode): readonly string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: false, allowUnionTypes: true })
  addFormats.default(ajv as never)
  ajv.addFormat('password', true)
  ajv.addSchema(closeObjects(document, false), 'api')
  return [...ofOperations(document), ...ofSchemas(document)].flatMap(({ where, value, pointer }) => {
    const validate = ajv.compile({ $ref: `api#${pointer}` })
    return validate(value) ? [] : [`${where}: ${ajv.errorsText(validate.errors)}`]
  })
}

function ofOperations(document: OpenApiNode): Checked[] {
  return listOperations(document).flatMap(({ id, method, path, operation }) => {
    const at = `/paths/${segment(path)}/${method}`
    const contents: [string, OpenApiNode][] = [
      ...contentsAt(`${at}/requestBody/content`, operation.requestBody?.content),
      ...Object.entries<OpenApiNode>(operation.responses).flatMap(([status, { content }]) =>
        contentsAt(`${at}/responses/${status}/content`, content),
      ),
    ]
    const parameters = (operation.parameters ?? []).flatMap((parameter: OpenApiNode, index: number) =>
      parameter.$ref === undefined ? ofParameter(id, parameter, `${at}/parameters/${index}`) : [],
    )
    return [
      ...parameters,
      ...contents.flatMap(([pointer, content]) =>
        Object.entries<OpenApiNode>(content.examples ?? {}).map(([name, example]) => ({
          where: `${id} ${name}`,
          value: resolveRef(document, example).value,
          pointer: `${pointer}/schema`,
        })),
      ),
    ]
  })
}

function ofSchemas(document: OpenApiNode): Checked[] {
  const parameters = Object.entries<OpenApiNode>(document.components.parameters ?? {}).flatMap(
    ([name, parameter]) => ofParameter(name, parameter, `/components/parameters/${name}`),
  )
  const schemas = listSchemas(document).flatMap(({ pointer, schema }) =>
    [...(schema.examples ?? []), ...('default' in schema ? [schema.default] : [])].map((value: unknown) => ({
      where: pointer,
      value,
      pointer: pointer
        .split('/')
        .map((name) => encodeURIComponent(name))
        .join('/'),
    })),
  )
  return [...parameters, ...schemas]
}

function ofParameter(id: string, parameter: OpenApiNode, pointer: string): Checked[] {
  const { name, example, examples = {} } = parameter
  const values = [
    ...(example === undefined ? [] : [example]),
    ...Object.values<OpenApiNode>(examples).map(({ value }) => value),
  ]
  return values.map((value) => ({ where: `${id} ${name}`, value, pointer: `${pointer}/schema` }))
}

function contentsAt(pointer: string, content: OpenApiNode): [string, OpenApiNode][] {
  return Object.entries<OpenApiNode>(content ?? {}).map(([type, it]) => [`${pointer}/${segment(type)}`, it])
}

function segment(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))
}
