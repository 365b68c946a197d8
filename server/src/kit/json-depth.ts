const [QUOTE, BACKSLASH] = [34, 92]
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125]

/**
 * How deep arrays and objects stand in each other in a JSON text, without reading it: what walks through a value
 * afterwards, the database included, goes down by recursion, and has only so much room for it.
 */
export function jsonDepth(text: string): number {
  let depth = 0
  let deepest = 0
  let isInText = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (isInText) {
      if (code === BACKSLASH) at++
      else if (code === QUOTE) isInText = false
    } else if (code === QUOTE) isInText = true
    else if (code === OPEN_ARRAY || code === OPEN_OBJECT) deepest = Math.max(deepest, ++depth)
    else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) depth--
  }
  return deepest
}
