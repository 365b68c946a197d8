import type { FastifySchemaValidationError } from 'fastify/types/schema.js'

/** What a validator found wrong with a parameter, as a sentence for whoever sent it. */
export function validationSentence([first]: readonly FastifySchemaValidationError[]): Error {
  if (first === undefined) return new Error('A parameter is not valid. Compare the request with /docs.')
  const name = first.instancePath.split('/')[1] ?? ''
  const { data } = first as { readonly data?: unknown }
  if (name !== '' && Array.isArray(data))
    return new Error(`The parameter ${name} comes ${data.length} times. Send it once.`)
  const given = data === undefined ? '' : `, not ${JSON.stringify(data)}`
  return new Error(name === '' ? missing(first) : `The parameter ${name} must be ${wanted(first)}${given}.`)
}

function missing({ params }: FastifySchemaValidationError): string {
  return `The parameter ${String(params['missingProperty'] ?? '')} is missing. Send it.`
}

const TYPES: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
}

function wanted({ keyword, params, message = 'another value' }: FastifySchemaValidationError): string {
  if (keyword === 'type') return TYPES[String(params['type'])] ?? String(params['type'])
  if (keyword === 'minimum') return `${String(params['limit'])} or more`
  if (keyword === 'maximum') return `${String(params['limit'])} or less`
  if (keyword === 'enum') return `one of ${(params['allowedValues'] as readonly unknown[]).join(', ')}`
  return message.replace(/^must be /, '')
}
