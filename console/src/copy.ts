import { byId } from './dom.ts'

const SHOWN_MS = 1_500

/** Copies the text beside a button and says so on it. Where the browser won't, the text is selected instead. */
export async function copyBeside(button: HTMLElement): Promise<void> {
  const text = button.parentElement?.querySelector('pre')
  if (text == null) return
  const label = (await copy(text)) ? 'Copied' : 'Press Ctrl+C'
  button.textContent = label
  byId('announce').textContent = label
  setTimeout(() => {
    button.textContent = 'Copy'
    byId('announce').textContent = ''
  }, SHOWN_MS)
}

/** Pages that came over plain HTTP from another machine may not write to the clipboard. */
async function copy(element: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(element.textContent ?? '')
    return true
  } catch {
    getSelection()?.selectAllChildren(element)
    return false
  }
}
