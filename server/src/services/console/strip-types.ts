import { stripTypeScriptTypes } from 'node:module'

/** TypeScript with erasable syntax only → JavaScript, every line and column where it was. @throws SyntaxError */
export function stripTypes(source: string): string {
  const { emitWarning } = process
  // Node.js says once that this function is experimental, which is no news to whoever starts the server. The
  // call is synchronous, so no other warning can be meant.
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(source, { mode: 'strip' })
  } finally {
    process.emitWarning = emitWarning
  }
}
