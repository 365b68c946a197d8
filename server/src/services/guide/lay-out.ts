import { GUIDE, type GuidePage } from './contents.ts'
import { escapeHtml, GUIDE_PATH, type RenderedPage } from './render-page.ts'

/** The pages before and after one in reading order. */
export interface Neighbours {
  readonly before: GuidePage | undefined
  readonly after: GuidePage | undefined
}

/** A page between the contents of the guide and its own. */
export function layOut(page: GuidePage, { html, headings }: RenderedPage, neighbours: Neighbours): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(page.title)} · Headwater</title>
<link rel="icon" href="/console/favicon.svg">
<link rel="stylesheet" href="${GUIDE_PATH}/guide.css">
<script src="${GUIDE_PATH}/guide.js" defer></script>
</head>
<body>
<a class="skip" href="#content">Skip to the page</a>
<header>
<a class="brand" href="${GUIDE_PATH}">Headwater <span>Guide</span></a>
<button class="menu" type="button" aria-expanded="false" aria-controls="contents">Contents</button>
<div class="search" role="search"><input type="search" id="search" placeholder="Search the guide" aria-label="Search the guide" autocomplete="off"><ol id="found" aria-live="polite" hidden></ol></div>
<nav class="elsewhere" aria-label="Elsewhere"><a href="/console/">Console</a><a href="/docs">API</a></nav>
</header>
<nav id="contents" aria-label="Contents of the guide">${contents(page)}</nav>
<main id="content" tabindex="-1">
${html}
<nav class="neighbours" aria-label="Next pages">${neighbour(neighbours.before, 'before')}${neighbour(neighbours.after, 'after')}</nav>
</main>
<nav id="headings" aria-label="On this page">${ownContents(headings)}</nav>
</body>
</html>
`
}

function contents(current: GuidePage): string {
  return GUIDE.map(({ title, pages }) => {
    const items = pages.map(({ name, title }) => {
      const mark = name === current.name ? ' aria-current="page"' : ''
      return `<li><a href="${GUIDE_PATH}/${name}"${mark}>${escapeHtml(title)}</a></li>`
    })
    return `<h2>${escapeHtml(title)}</h2><ul>${items.join('')}</ul>`
  }).join('')
}

function ownContents(headings: RenderedPage['headings']): string {
  if (headings.length < 2) return ''
  const items = headings.map(
    ({ id, depth, text }) => `<li class="depth-${depth}"><a href="#${id}">${escapeHtml(text)}</a></li>`,
  )
  return `<h2>On this page</h2><ul>${items.join('')}</ul>`
}

function neighbour(page: GuidePage | undefined, side: 'before' | 'after'): string {
  if (page === undefined) return '<span></span>'
  const told = side === 'before' ? 'Before' : 'Next'
  return `<a class="${side}" href="${GUIDE_PATH}/${page.name}"><small>${told}</small>${escapeHtml(page.title)}</a>`
}
