import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GUIDE, type GuidePage } from './contents.ts'
import { layOut } from './lay-out.ts'
import { GUIDE_PATH, type RenderedPage, renderPage } from './render-page.ts'

/** Something of the guide, ready to be sent. */
export interface GuideFile {
  readonly contentType: string
  readonly body: string | Buffer
}

const DOCS = fileURLToPath(new URL('../../../../docs/', import.meta.url))
const STYLE = fileURLToPath(new URL('style/', import.meta.url))

const HTML = 'text/html; charset=utf-8'

/** The whole guide by the paths below `/docs/guide/`; the first page is the empty one. */
export async function loadGuide(folder = DOCS): Promise<ReadonlyMap<string, GuideFile>> {
  const files = new Map<string, GuideFile>()
  const pages = await Promise.all(GUIDE.flatMap((part) => part.pages).map((page) => loadPage(folder, page)))
  for (const [index, { page, rendered }] of pages.entries()) {
    const neighbours = { before: pages[index - 1]?.page, after: pages[index + 1]?.page }
    const body = layOut(page, rendered, neighbours)
    files.set(page.name, { contentType: HTML, body })
    if (index === 0) files.set('', { contentType: HTML, body })
  }
  files.set('search.json', { contentType: 'application/json; charset=utf-8', body: searchIndex(pages) })
  files.set('guide.css', {
    contentType: 'text/css; charset=utf-8',
    body: await readFile(join(STYLE, 'guide.css')),
  })
  files.set('guide.js', {
    contentType: 'text/javascript; charset=utf-8',
    body: await readFile(join(STYLE, 'guide.js')),
  })
  for (const [path, body] of await loadPictures(folder)) {
    files.set(`files/${path}`, { contentType: 'image/svg+xml; charset=utf-8', body })
  }
  return files
}

interface LoadedPage {
  readonly page: GuidePage
  readonly rendered: RenderedPage
}

async function loadPage(folder: string, page: GuidePage): Promise<LoadedPage> {
  return { page, rendered: renderPage(await readFile(join(folder, `${page.name}.md`), 'utf8')) }
}

async function loadPictures(folder: string): Promise<[string, Buffer][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.svg'))
  return Promise.all(
    files.map(async ({ parentPath, name }): Promise<[string, Buffer]> => {
      const file = join(parentPath, name)
      return [relative(folder, file).split(sep).join('/'), await readFile(file)]
    }),
  )
}

/** What the script of the page looks through: a line for each passage. */
function searchIndex(pages: readonly LoadedPage[]): string {
  const passages = pages.flatMap(({ page, rendered }) =>
    rendered.passages.map(({ heading, text }) => ({
      url: `${GUIDE_PATH}/${page.name}${heading === undefined ? '' : `#${heading.id}`}`,
      page: page.title,
      heading: heading?.text ?? page.title,
      text,
    })),
  )
  return JSON.stringify(passages)
}
