// Search, copying and the menu of narrow windows; a page says everything without it.
const menu = document.querySelector('.menu')
const contents = document.querySelector('#contents')
menu?.addEventListener('click', () => {
  const isOpen = contents.classList.toggle('open')
  menu.setAttribute('aria-expanded', String(isOpen))
})

for (const block of document.querySelectorAll('pre')) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'copy'
  button.textContent = 'Copy'
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(block.querySelector('code').textContent)
    button.textContent = 'Copied'
    setTimeout(() => {
      button.textContent = 'Copy'
    }, 1500)
  })
  block.append(button)
}

const input = document.querySelector('#search')
const found = document.querySelector('#found')
let passages

async function load() {
  passages ??= fetch('/docs/guide/search.json').then((answer) => answer.json())
  return passages
}

/** Passages that have all words: those with a word in the heading first. */
function search(all, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const scored = all.flatMap((passage) => {
    const heading = `${passage.page} ${passage.heading}`.toLowerCase()
    const body = passage.text.toLowerCase()
    if (!words.every((word) => heading.includes(word) || body.includes(word))) return []
    return [{ passage, score: words.filter((word) => heading.includes(word)).length }]
  })
  return scored
    .sort((a, b) => b.score - a.score)
    .slice(0, 12)
    .map(({ passage }) => passage)
}

function item({ url, page, heading }) {
  const link = document.createElement('a')
  link.href = url
  link.textContent = heading
  const small = document.createElement('small')
  small.textContent = page
  link.append(small)
  const line = document.createElement('li')
  line.append(link)
  return line
}

function nothing() {
  const line = document.createElement('li')
  line.className = 'none'
  line.textContent = 'Nothing found'
  return line
}

input?.addEventListener('focus', load, { once: true })
input?.addEventListener('input', async () => {
  const text = input.value.trim()
  const hits = text.length < 2 ? [] : search(await load(), text)
  found.replaceChildren(...(hits.length === 0 ? [nothing()] : hits.map(item)))
  found.hidden = text.length < 2
})
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') found.hidden = true
  if (event.key !== '/' || event.target.matches('input, textarea')) return
  event.preventDefault()
  input.focus()
})
document.addEventListener('click', (event) => {
  if (!event.target.closest('.search')) found.hidden = true
})
