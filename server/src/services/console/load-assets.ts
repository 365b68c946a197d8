import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, extname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripTypes } from './strip-types.ts'

/** One file of the console as a browser gets it. */
export interface Asset {
  /** `/` for the page itself, `/console/…` and `/client/…` for the rest. */
  readonly path: string
  /** With charset. */
  readonly contentType: string
  readonly body: Buffer
  /** Of the body, with its double quotes. */
  readonly etag: string
}

/** What the browser gets, and under which path: the page with its scripts, and the client of the API that they use. */
const FOLDERS: Readonly<Record<string, string>> = {
  '/console': fileURLToPath(new URL('../../../../console/', import.meta.url)),
  '/client': fileURLToPath(new URL('../../../../client/src/', import.meta.url)),
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.ts': 'text/javascript; charset=utf-8',
}

/**
 * Reads the files of console and client into memory, TypeScript as the JavaScript that it is without its types.
 * Tests and files of other kinds are left out.
 */
export async function loadAssets(): Promise<readonly Asset[]> {
  const loaded = Object.entries(FOLDERS).map(([prefix, folder]) => loadFolder(prefix, folder))
  return (await Promise.all(loaded)).flat()
}

async function loadFolder(prefix: string, folder: string): Promise<readonly Asset[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && isServed(entry.name) && basename(entry.parentPath) !== 'testing')
    .map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(files.sort().map((file) => loadAsset(prefix, folder, file)))
}

function isServed(name: string): boolean {
  return Object.hasOwn(CONTENT_TYPES, extname(name)) && !/\.(test|d)\.ts$/.test(name)
}

async function loadAsset(prefix: string, folder: string, file: string): Promise<Asset> {
  const name = relative(folder, file).split(sep).join('/')
  const text = await readFile(file, 'utf8')
  const extension = extname(file)
  const body = Buffer.from(extension === '.ts' ? stripTypes(text) : text)
  return {
    path: name === 'index.html' ? '/' : `${prefix}/${name}`,
    contentType: CONTENT_TYPES[extension] ?? 'application/octet-stream',
    body,
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`,
  }
}
