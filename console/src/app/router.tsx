import {
  createRootRoute,
  createRoute,
  createRouter,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router'
import { BASE, FIRST_PAGE, PAGES } from './pages.ts'
import { NotFound, RouteProblem, Shell } from './shell.tsx'

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  // The sandbox stays in the address wherever one goes, so that a link leads everybody to the same.
  validateSearch: (
    search: Record<string, unknown>,
  ): { readonly sandbox?: string } & Record<string, unknown> => search,
  search: { middlewares: [retainSearchParams(['sandbox'])] },
})

const first = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: FIRST_PAGE } as never)
  },
})

const pages = PAGES.map(({ path, component }) => createRoute({ getParentRoute: () => root, path, component }))

/** A router over the address bar. */
export function createPageRouter() {
  return createRouter({
    routeTree: root.addChildren([first, ...pages]),
    basepath: BASE,
    defaultPreload: 'intent',
    defaultErrorComponent: RouteProblem,
    scrollRestoration: true,
  })
}
