import { MAPPING_FUNCTIONS } from '#mapping/functions/catalogue.ts'
import type { MappingFunction } from '#mapping/functions/define-function.ts'

/** The functions of the language as the API lists them: every alias is an entry of its own. */
export function listFunctions() {
  return MAPPING_FUNCTIONS.flatMap((entry) =>
    [entry.name, ...entry.aliases].map((name) => toListed(entry, name)),
  )
}

function toListed(entry: MappingFunction, name: string) {
  const { category, description, syntax, returns, returnType, example, result, since } = entry
  return {
    category,
    function: name,
    description,
    syntax: renamed(syntax, entry.name, name),
    returns,
    returnType,
    example: renamed(example, entry.name, name),
    result,
    params: entry.params.map((param, index) => ({
      name: param.name,
      description: param.description,
      type: param.type,
      dataType: param.isRepeated === true ? `${param.type}[]` : param.type,
      position: index + 1,
    })),
    since,
  }
}

function renamed(text: string, name: string, alias: string): string {
  return text.startsWith(`${name}(`) ? alias + text.slice(name.length) : text
}
