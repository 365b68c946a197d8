import { Console } from './console.ts'
import { copyBeside } from './copy.ts'
import { byId } from './dom.ts'
import { connectSignIn } from './sign-in.ts'
import type { ListName } from './views/parts.ts'

/** Starts the page. Everything that can be clicked and is made anew now and then is caught here, once. */
const page = new Console()

connectSignIn((session) => page.signIn(session))
byId('sign-out').addEventListener('click', () => page.signOut())
byId<HTMLSelectElement>('sandbox').addEventListener('change', ({ currentTarget }) => {
  page.useSandbox((currentTarget as HTMLSelectElement).value)
})

const actions: Readonly<Record<string, (button: HTMLElement) => unknown>> = {
  copy: copyBeside,
  more: ({ dataset }) => page.showMore(dataset['list'] as ListName),
  retry: () => page.retry(),
  query: ({ dataset }) => page.queryTable(dataset['table'] ?? ''),
}

document.addEventListener('click', ({ target }) => {
  if (!(target instanceof Element)) return
  const button = target.closest<HTMLElement>('[data-action]')
  if (button !== null) void actions[button.dataset['action'] ?? '']?.(button)
  // What the link leads to has to be there when the browser follows it.
  if (target.closest('a[href^="#dataset-"]') !== null) page.showMore('datasets')
})

page.start()
