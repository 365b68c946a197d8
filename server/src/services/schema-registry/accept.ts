import {
  invalidDescriptorAccept,
  invalidDescriptorListAccept,
  invalidListAccept,
  invalidLookupAccept,
  notAcceptable,
} from './problems.ts'

/** A media type of the registry: `application/vnd.adobe.xed-full-notext+json; version=1`. */
export interface AcceptedFormat {
  /** Which names fields have: `xed` compatibility names, `xdm` those of the standard. */
  readonly names: 'xed' | 'xdm'
  /** The suffixes without the leading hyphen: ``, `id`, `full`, `full-notext` … */
  readonly form: string
  /** `1`, `1.0` …; absent when none was given. */
  readonly version?: string | undefined
}

/** Forms of one resource; `flat` and `deprecated` are what some clients send. */
const LOOKUP_FORMS: ReadonlySet<string> = new Set([
  '',
  'id',
  'notext',
  'full',
  'full-notext',
  'full-desc',
  'full-flat',
  'full-desc-flat',
  'full-deprecated',
  'full-desc-deprecated',
  'full-flat-deprecated',
  'full-desc-flat-deprecated',
  'deprecatefield',
  'full-deprecatefield',
])
const LIST_FORMS: ReadonlySet<string> = new Set(['', 'id', 'v2', 'v2-id'])
const DESCRIPTOR_LIST_FORMS: ReadonlySet<string> = new Set(['', 'id', 'link', 'v2', 'v2-id', 'v2-link'])

const FORMAT =
  /^application\/vnd\.adobe\.(xed|xdm)((?:-[a-z0-9]+)*)\+json\s*(?:;\s*version\s*=\s*"?([\d.]+)"?\s*)?$/i

/** The registry's format in an Accept header, if it names one. Other parts of a list are skipped. */
export function parseAccept(header: string | undefined): AcceptedFormat | undefined {
  for (const part of (header ?? '').split(',')) {
    const [, names, suffixes, version] = FORMAT.exec(part.trim()) ?? []
    if (names === undefined) continue
    return {
      names: names.toLowerCase() as 'xed' | 'xdm',
      form: (suffixes ?? '').slice(1).toLowerCase(),
      version,
    }
  }
  return undefined
}

function requireFormat(header: string | undefined): AcceptedFormat {
  const format = parseAccept(header)
  if (format === undefined) throw notAcceptable(header)
  return format
}

/** The format of a list, which names no version. */
export function readListAccept(header: string | undefined): AcceptedFormat {
  const format = requireFormat(header)
  if (format.version !== undefined || !LIST_FORMS.has(format.form)) throw invalidListAccept(header ?? '')
  return format
}

/** The format of one resource, which names its version. */
export function readLookupAccept(header: string | undefined): AcceptedFormat & { readonly version: string } {
  const format = requireFormat(header)
  if (format.version === undefined) throw invalidLookupAccept(header ?? '')
  if (!LOOKUP_FORMS.has(format.form)) throw notAcceptable(header)
  return { ...format, version: format.version }
}

/** The form of a list of descriptors; they only come in `xdm`, and unversioned. */
export function readDescriptorListAccept(header: string | undefined): string {
  const format = requireFormat(header)
  const isUsable =
    format.names === 'xdm' && format.version === undefined && DESCRIPTOR_LIST_FORMS.has(format.form)
  if (!isUsable) throw invalidDescriptorListAccept(header ?? '')
  return format.form
}

/** One descriptor needs no Accept header; a format of the registry that doesn't suit is refused. */
export function checkDescriptorAccept(header: string | undefined): void {
  const format = parseAccept(header)
  if (format === undefined) return
  if (format.names !== 'xdm' || format.version !== undefined) throw invalidDescriptorAccept(header ?? '')
}
