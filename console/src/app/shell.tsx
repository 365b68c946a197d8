import { ActionButton, Link, Provider } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { useQuery } from '@tanstack/react-query'
import { Outlet, useLocation, useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { ClientContext, clientOf } from '../api/client.ts'
import { LiveProvider } from '../api/live.tsx'
import { loadSandboxName, saveSandboxName } from '../api/session.ts'
import { Page } from '../ui/page.tsx'
import { Nothing, Problem } from '../ui/states.tsx'
import { useIsNarrow } from '../ui/use-width.ts'
import { Brand } from './brand.tsx'
import { BASE, MENU } from './pages.ts'
import { useSession } from './session-context.ts'

/** The first page is there before the list that opens from it. */
const SandboxPicker = lazy(async () => ({ default: (await import('./sandbox-picker.tsx')).SandboxPicker }))

/** What stands around every page: brand, sandbox, menu. */
export function Shell() {
  const router = useRouter()
  const { session } = useSession()
  const [sandbox, setSandbox] = useSandbox()
  const client = useMemo(() => clientOf(session, sandbox), [session, sandbox])
  const links = {
    navigate: (to: string) => void router.navigate({ to } as never),
    useHref: (to: string) => BASE + to,
  }
  return (
    <Provider
      router={links}
      styles={style({ display: 'flex', flexDirection: 'column', minHeight: 'screen' })}
    >
      <ClientContext value={client}>
        <LiveProvider key={sandbox ?? ''}>
          <a href="#main" className="headwater-skip">
            Skip to content
          </a>
          <TopBar sandbox={sandbox} onSandbox={setSandbox} />
          <div
            className={style({
              display: 'flex',
              flexDirection: { default: 'column', md: 'row' },
              flexGrow: 1,
              minWidth: 0,
            })}
          >
            <Menu />
            {/* Another sandbox is another page: nothing of the one before stays. */}
            <main
              key={sandbox ?? ''}
              id="main"
              tabIndex={-1}
              className={style({
                flexGrow: 1,
                minWidth: 0,
                boxSizing: 'border-box',
                width: 'full',
                maxWidth: 1440,
                padding: { default: 16, md: 32 },
                outlineStyle: 'none',
              })}
            >
              <Outlet />
            </main>
          </div>
        </LiveProvider>
      </ClientContext>
    </Provider>
  )
}

/** The sandbox of the address, else the one that was chosen last; the default one when undefined. */
function useSandbox(): readonly [string | undefined, (name: string) => void] {
  const { sandbox: asked } = useSearch({ strict: false }) as { readonly sandbox?: string }
  const navigate = useNavigate()
  const sandbox = asked ?? loadSandboxName()
  useEffect(() => {
    if (asked !== undefined) saveSandboxName(asked)
  }, [asked])
  const choose = (name: string): void => {
    saveSandboxName(name)
    void navigate({ to: '.', search: (before: object) => ({ ...before, sandbox: name }) } as never)
  }
  return [sandbox, choose]
}

const bar = style({
  display: 'flex',
  flexWrap: 'wrap',
  alignItems: 'center',
  justifyContent: 'space-between',
  columnGap: 16,
  rowGap: 8,
  paddingX: { default: 16, md: 32 },
  paddingY: 12,
  borderBottomWidth: 1,
  borderTopWidth: 0,
  borderXWidth: 0,
  borderStyle: 'solid',
  borderColor: 'gray-200',
  backgroundColor: 'layer-1',
})

interface TopBarProps {
  readonly sandbox: string | undefined
  readonly onSandbox: (name: string) => void
}

function TopBar({ sandbox, onSandbox }: TopBarProps) {
  const { session, end } = useSession()
  const { data } = useQuery({
    queryKey: ['sandboxes', 'active'],
    // Of the organisation, whatever the sandbox at hand is.
    queryFn: ({ signal }) => clientOf(session).sandboxes.listActive({}, { signal }),
    staleTime: 60_000,
  })
  const sandboxes = data?.sandboxes ?? []
  const chosen = sandbox ?? sandboxes.find(({ isDefault }) => isDefault)?.name ?? null
  return (
    <header className={bar}>
      <Brand />
      <div className={style({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 12 })}>
        <Suspense fallback={<span className={style({ font: 'ui', minHeight: 32 })}>{chosen}</span>}>
          <SandboxPicker sandboxes={sandboxes} chosen={chosen} onChoose={onSandbox} />
        </Suspense>
        <Link href="/docs" target="_blank" isStandalone isQuiet routerOptions={undefined as never}>
          API docs
        </Link>
        <ActionButton isQuiet onPress={end}>
          Sign out
        </ActionButton>
      </div>
    </header>
  )
}

const item = style({
  display: 'block',
  paddingX: 12,
  paddingY: 8,
  borderRadius: 'default',
  font: 'ui',
  fontWeight: { default: 'normal', isCurrent: 'bold' },
  color: 'neutral',
  textDecoration: 'none',
  backgroundColor: { default: 'transparent', isCurrent: 'gray-200' },
})

/** The way to every page; folded on a narrow page. */
function Menu() {
  const { pathname } = useLocation()
  const isNarrow = useIsNarrow()
  const [isOpen, setOpen] = useState(false)
  const router = useRouter()
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever has gone somewhere is done with the menu
  useEffect(() => setOpen(false), [pathname])
  return (
    <nav
      aria-label="Pages of the console"
      className={style({
        flexShrink: 0,
        width: { default: 'full', md: 224 },
        boxSizing: 'border-box',
        paddingX: 16,
        paddingY: { default: 8, md: 24 },
      })}
    >
      {isNarrow && (
        <ActionButton aria-expanded={isOpen} onPress={() => setOpen(!isOpen)}>
          Menu
        </ActionButton>
      )}
      {(!isNarrow || isOpen) &&
        MENU.map(({ title, links }) => (
          <div key={title} className={style({ marginBottom: 16 })}>
            <h2
              className={style({
                font: 'detail-sm',
                color: 'neutral-subdued',
                marginX: 12,
                marginTop: 8,
                marginBottom: 4,
              })}
            >
              {title}
            </h2>
            <ul className={style({ margin: 0, padding: 0, listStyleType: 'none' })}>
              {links.map(([name, to]) => {
                const isCurrent = pathname === to || pathname.startsWith(`${to}/`)
                return (
                  <li key={to}>
                    <a
                      href={BASE + to}
                      aria-current={isCurrent ? 'page' : undefined}
                      className={item({ isCurrent })}
                      onClick={(event) => {
                        if (event.metaKey || event.ctrlKey || event.shiftKey) return
                        event.preventDefault()
                        void router.navigate({ to } as never)
                      }}
                    >
                      {name}
                    </a>
                  </li>
                )
              })}
            </ul>
          </div>
        ))}
    </nav>
  )
}

/** There is no such page. */
export function NotFound() {
  return (
    <Page title="Not found">
      <Nothing title="There is no such page">The address may be mistyped. The menu leads everywhere.</Nothing>
    </Page>
  )
}

/** A page could not be shown. */
export function RouteProblem({ error, reset }: { readonly error: unknown; readonly reset: () => void }) {
  return (
    <Page title="Something went wrong">
      <Problem error={error} retry={reset} />
    </Page>
  )
}
