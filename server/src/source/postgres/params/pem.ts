import { ConnectionParamsError } from './connection-params-error.ts'
import type { Setting } from './settings.ts'

/** One `-----BEGIN …-----` block, written as OpenSSL writes it. */
export interface PemBlock {
  readonly label: string
  readonly text: string
}

/** Far more than a bundle of all public roots. */
const MAX_CHARS = 2 ** 20

const BEGIN = /-----BEGIN ([A-Z0-9 ]{1,40})-----/g

/** True for text that means to be PEM, however it was pasted. */
export function hasPemMarker(text: string): boolean {
  return text.includes('-----BEGIN ')
}

/**
 * The blocks of a PEM text, repaired from what pasting does to it: `\n` in letters, blanks or nothing in the
 * place of line ends, Windows line ends, and remarks between blocks.
 * @throws ConnectionParamsError for a block without its end; never with a piece of the text
 */
export function parsePemBlocks({ name, value }: Setting): readonly PemBlock[] {
  if (value.length > MAX_CHARS) {
    throw new ConnectionParamsError(name, `must not be longer than ${MAX_CHARS} characters.`)
  }
  const text = value.replaceAll(/\\+[rn]/g, '\n')
  const blocks: PemBlock[] = []
  let from = 0
  for (;;) {
    BEGIN.lastIndex = from
    const begin = BEGIN.exec(text)
    if (begin === null) return blocks
    const label = begin[1] ?? ''
    const end = `-----END ${label}-----`
    const bodyEnd = text.indexOf(end, BEGIN.lastIndex)
    if (bodyEnd < 0) throw new ConnectionParamsError(name, `is cut off: "${end}" is missing.`)
    blocks.push(formatBlock(label, text.slice(BEGIN.lastIndex, bodyEnd)))
    from = bodyEnd + end.length
  }
}

/** Of a key that was encrypted in OpenSSL's old way: the two lines that say how. */
const ENCRYPTION_LINES = /^\s*Proc-Type:\s*4,\s*ENCRYPTED\s+DEK-Info:\s*([A-Za-z0-9-]+,\s*[0-9A-Fa-f]+)\s/

function formatBlock(label: string, body: string): PemBlock {
  const lines = ENCRYPTION_LINES.exec(body)
  const header = lines ? `Proc-Type: 4,ENCRYPTED\nDEK-Info: ${lines[1]?.replaceAll(/\s/g, '')}\n\n` : ''
  const base64 = body.slice(lines?.[0].length ?? 0).replaceAll(/\s/g, '')
  const wrapped = base64.replaceAll(/.{1,64}/g, '$&\n')
  return { label, text: `-----BEGIN ${label}-----\n${header}${wrapped}-----END ${label}-----\n` }
}
