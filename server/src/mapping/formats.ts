/** The formats of texts that are checked. Dates and times are types, and what is not listed says nothing. */
const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  email: isEmail,
  uri: (text) => /^[A-Za-z][A-Za-z0-9+.-]*:/.test(text) && isUriReference(text),
  'uri-reference': isUriReference,
  ipv4: isIpv4,
  ipv6: isIpv6,
  hostname: isHostname,
  uuid: (text) => /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(text),
}

export function isKnownFormat(format: string): boolean {
  return Object.hasOwn(FORMATS, format)
}

/** True for a text of a known format. */
export function matchesFormat(format: string, text: string): boolean {
  return FORMATS[format]?.(text) ?? true
}

/** One @ with something that may stand on either side, as mail servers take it; quoted parts and literals included. */
function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@')
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)]
  if (at < 1 || local.length > 64 || text.length > 320) return false
  const isLocal =
    /^[^\s"(),:;<>@[\\\]]+$/.test(local) &&
    !local.startsWith('.') &&
    !local.endsWith('.') &&
    !local.includes('..')
  const isQuoted = /^"(?:[^"\\]|\\[\s\S])*"$/.test(local)
  const isLiteral = /^\[[0-9A-Fa-f:.]+\]$/.test(domain)
  return (isLocal || isQuoted) && (isLiteral || isHostname(domain))
}

/** Characters beyond ASCII are let through, as in Java and in browsers. */
function isUriReference(text: string): boolean {
  return !/[\s\p{Cc}"<>\\^`{|}]/u.test(text) && !/%(?![0-9A-Fa-f]{2})/.test(text)
}

function isIpv4(text: string): boolean {
  return /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(text)
}

function isIpv6(text: string): boolean {
  const halves = text.split('::')
  if (halves.length > 2 || !/^[0-9A-Fa-f:.]+$/.test(text)) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const last = groups.at(-1) ?? ''
  const hasIpv4 = last.includes('.')
  const count = groups.length + (hasIpv4 ? 1 : 0)
  const hex = hasIpv4 ? groups.slice(0, -1) : groups
  if (!hex.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group)) || (hasIpv4 && !isIpv4(last))) return false
  return halves.length === 2 ? count < 8 : count === 8
}

function isHostname(text: string): boolean {
  return (
    text.length <= 253 &&
    /^(?!-)[\p{L}\p{N}-]{1,63}(?<!-)(?:\.(?!-)[\p{L}\p{N}-]{1,63}(?<!-))*\.?$/u.test(text)
  )
}
