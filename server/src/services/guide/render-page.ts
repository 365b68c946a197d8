import { createRequire } from 'node:module'
import { Marked, type Tokens } from 'marked'

/** Of highlight.js, what is used: its own types bring those of a browser along. */
interface Highlighter {
  registerLanguage(name: string, language: unknown): void
  registerAliases(aliases: readonly string[], to: { readonly languageName: string }): void
  getLanguage(name: string): unknown
  highlight(text: string, options: { readonly language: string }): { readonly value: string }
}

const require = createRequire(import.meta.url)
const hljs = require('highlight.js/lib/core') as Highlighter

for (const name of ['bash', 'javascript', 'json', 'python', 'sql', 'yaml']) {
  hljs.registerLanguage(name, require(`highlight.js/lib/languages/${name}`))
}
hljs.registerAliases(['sh', 'shell'], { languageName: 'bash' })
hljs.registerAliases(['ts', 'js'], { languageName: 'javascript' })

/** Where the guide is. */
export const GUIDE_PATH = '/docs/guide'

export interface Heading {
  readonly id: string
  /** 2 or 3; the first heading is the title of the page. */
  readonly depth: number
  readonly text: string
}

/** A part of a page that a search can find. */
export interface Passage {
  readonly heading: Heading | undefined
  readonly text: string
}

export interface RenderedPage {
  readonly title: string
  readonly html: string
  readonly headings: readonly Heading[]
  readonly passages: readonly Passage[]
}

/** Markdown as GitHub has it to HTML. Links to other pages lead to their places in the guide. */
export function renderPage(markdown: string): RenderedPage {
  const renderer = new PageRenderer()
  const html = renderer.render(markdown)
  return { title: renderer.title, html, headings: renderer.headings, passages: renderer.passages() }
}

class PageRenderer {
  title = ''
  readonly headings: Heading[] = []
  readonly #ids = new Map<string, number>()
  readonly #texts: { heading: Heading | undefined; text: string[] }[] = [{ heading: undefined, text: [] }]
  readonly #marked = new Marked({ gfm: true })

  constructor() {
    const page = this
    this.#marked.use({
      renderer: {
        heading(token) {
          return page.#heading(token, this.parser.parseInline(token.tokens))
        },
        code: (token) => page.#code(token),
        link(token) {
          return linkTo(token.href, this.parser.parseInline(token.tokens))
        },
        image: ({ href, text }) =>
          `<img src="${escapeHtml(fileAddress(href))}" alt="${escapeHtml(text)}" loading="lazy">`,
        table(token) {
          return page.#table(token, (cell) => this.parser.parseInline(cell.tokens))
        },
        paragraph(token) {
          page.#note(token.text)
          return `<p>${this.parser.parseInline(token.tokens)}</p>\n`
        },
      },
    })
  }

  render(markdown: string): string {
    return this.#marked.parse(markdown, { async: false })
  }

  passages(): Passage[] {
    return this.#texts.map(({ heading, text }) => ({ heading, text: text.join(' ').slice(0, MAX_PASSAGE) }))
  }

  #heading({ depth, text }: Tokens.Heading, inner: string): string {
    const plain = text.replaceAll('`', '')
    const id = this.#idOf(plain)
    if (depth === 1) {
      this.title = plain
      return `<h1 id="${id}">${inner}</h1>\n`
    }
    const heading = { id, depth, text: plain }
    if (depth <= 3) this.headings.push(heading)
    this.#texts.push({ heading, text: [] })
    return `<h${depth} id="${id}">${inner} <a class="anchor" href="#${id}" aria-label="Link to ${escapeHtml(plain)}">#</a></h${depth}>\n`
  }

  /** As GitHub makes them. */
  #idOf(text: string): string {
    const id = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-')
    const count = this.#ids.get(id) ?? 0
    this.#ids.set(id, count + 1)
    return count === 0 ? id : `${id}-${count}`
  }

  #code({ text, lang = '' }: Tokens.Code): string {
    const name = lang.split(' ')[0] ?? ''
    const known = hljs.getLanguage(name) !== undefined
    const html = known ? hljs.highlight(text, { language: name }).value : escapeHtml(text)
    return `<pre tabindex="0"><code class="hljs">${html}</code></pre>\n`
  }

  #table({ header, rows }: Tokens.Table, inline: (cell: Tokens.TableCell) => string): string {
    const head = header.map((cell) => `<th scope="col">${inline(cell)}</th>`).join('')
    const body = rows.map((row) => {
      this.#note(row.map((cell) => cell.text).join(' '))
      return `<tr>${row.map((cell) => `<td>${inline(cell)}</td>`).join('')}</tr>`
    })
    const label = this.headings.at(-1)?.text ?? this.title
    return `<div class="table" role="region" tabindex="0" aria-label="Table: ${escapeHtml(label)}"><table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>\n`
  }

  #note(text: string): void {
    this.#texts.at(-1)?.text.push(text.replaceAll(/[`*]|\[|\]\([^)]*\)/g, ''))
  }
}

const MAX_PASSAGE = 2_000

/** Other pages of the guide and other places of the web; what lies elsewhere in the repository is no link here. */
function linkTo(href: string, inner: string): string {
  const [, name, anchor = ''] = /^([\w-]+)\.md(#.*)?$/.exec(href) ?? []
  if (name !== undefined) return `<a href="${GUIDE_PATH}/${name}${escapeHtml(anchor)}">${inner}</a>`
  if (/^\.\.\/README\.md/.test(href)) return `<a href="${GUIDE_PATH}">${inner}</a>`
  if (/^(https?:|#|\/)/.test(href)) return `<a href="${escapeHtml(href)}">${inner}</a>`
  return inner
}

function fileAddress(href: string): string {
  return /^https?:/.test(href) ? href : `${GUIDE_PATH}/files/${href}`
}

/** For text and attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
