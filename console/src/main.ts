import { Console } from './console.ts'
import { copyBeside } from './copy.ts'
import { byId } from './dom.ts'
import { connectSignIn } from './sign-in.ts'

/** Starts the page. Everything that can be clicked and is made anew now and then is caught here, once. */
const page = new Console()

connectSignIn((session) => page.signIn(session))
byId('sign-out').addEventListener('click', () => page.signOut())
byId<HTMLSelectElement>('sandbox').addEventListener('change', ({ currentTarget }) => {
  page.useSandbox((currentTarget as HTMLSelectElement).value)
})

document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest<HTMLElement>('[data-action]') : null
  if (button === null) return
  if (button.dataset['action'] === 'copy') void copyBeside(button)
  if (button.dataset['action'] === 'more-runs') page.showMoreRuns()
  if (button.dataset['action'] === 'retry') page.retry()
  if (button.dataset['action'] === 'query') page.queryTable(button.dataset['table'] ?? '')
})

page.start()
