import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One file of the console as a browser gets it. */
export interface Asset {
  /** Below `/console/`; empty for the page itself. */
  readonly path: string
  /** With charset. */
  readonly contentType: string
  readonly body: Buffer
  /** Of the body, with its double quotes. */
  readonly etag: string
  /** Its name has a digest of it, so that it never changes. */
  readonly isImmutable: boolean
}

/** What `npm run build` has made. */
const BUILT = fileURLToPath(new URL('../../../../console/dist/', import.meta.url))

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
}

/** Stands in for a console that was not built. */
const NOT_BUILT = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Headwater</title></head>
<body><h1>The console is not built</h1><p>Run <code>npm run build</code> and start the server again. The API is described at <a href="/docs">/docs</a>.</p></body></html>
`

/** Reads the files of the built console into memory; a page that says so when it was not built. */
export async function loadAssets(folder = BUILT): Promise<readonly Asset[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries
    .filter((entry) => entry.isFile() && Object.hasOwn(CONTENT_TYPES, extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
  const assets = await Promise.all(files.sort().map((file) => loadAsset(folder, file)))
  if (assets.some(({ path }) => path === '')) return assets
  return [assetOf('index.html', Buffer.from(NOT_BUILT))]
}

async function loadAsset(folder: string, file: string): Promise<Asset> {
  return assetOf(relative(folder, file).split(sep).join('/'), await readFile(file))
}

function assetOf(name: string, body: Buffer): Asset {
  return {
    path: name === 'index.html' ? '' : name,
    contentType: CONTENT_TYPES[extname(name)] ?? 'application/octet-stream',
    body,
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`,
    isImmutable: name.startsWith('assets/'),
  }
}
