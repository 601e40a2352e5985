// What the whole page knows, as signals: a component that reads one is drawn again when it changes.
import { computed, signal } from '@preact/signals'
import type { SweepLine, SweepStatus } from './types'

const tokenKey = 'hone.token'
const themeKey = 'hone.theme'

export const token = signal(sessionStorage.getItem(tokenKey) ?? '')
export const loginFault = signal('')
export const link = signal<'connecting' | 'live' | 'lost'>('connecting')
export const sweeps = signal<SweepLine[] | null>(null)
export const status = signal<SweepStatus | null>(null)
export const revision = signal(0) // counts up when the results of the sweep on show may have changed
export const motion = signal(0) // counts up when any of its trials has another state, at most once a second

export function enter(given: string) {
  token.value = given.trim()
  loginFault.value = ''
  if (token.value) sessionStorage.setItem(tokenKey, token.value)
}

export function leave(fault: string) {
  token.value = ''
  sessionStorage.removeItem(tokenKey)
  loginFault.value = fault
  sweeps.value = null
  status.value = null
}

// `hone dashboard` opens the page with #token=...: taken over, and out of the address at once.
export function takeToken() {
  const found = /^#token=([^&]*)/.exec(location.hash)
  if (!found) return
  enter(decodeURIComponent(found[1] ?? ''))
  history.replaceState(null, '', location.pathname + '#/')
}

// ---- where we are: #/sweep/1/tables?trial=12 -----------------------------------------------------

export interface Place { sweep: number; view: string; query: URLSearchParams }

function parsed(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const words = path.split('/')
  const sweep = words[0] === 'sweep' ? Number(words[1]) || 0 : 0
  return { sweep, view: words[2] ?? '', query: new URLSearchParams(query) }
}

export const place = signal(parsed(location.hash))
addEventListener('hashchange', () => {
  takeToken()
  place.value = parsed(location.hash)
})

export function linkTo(change: { sweep?: number; view?: string; query?: Record<string, string> }): string {
  const here = place.peek()
  const query = new URLSearchParams(change.query ?? {}).toString()
  return `#/sweep/${change.sweep ?? (here.sweep || currentSweep.peek())}/${change.view ?? (here.view || 'sweep')}` +
    (query ? '?' + query : '')
}

// The sweep on show: the one in the address, else the newest.
export const currentSweep = computed(() =>
  place.value.sweep || Math.max(0, ...(sweeps.value ?? []).map((each) => each.sweep)))
export const currentView = computed(() => place.value.view || 'sweep')

// ---- light and dark ----------------------------------------------------------------------------

const dark = matchMedia('(prefers-color-scheme: dark)')
const systemDark = signal(dark.matches)
dark.addEventListener('change', () => { systemDark.value = dark.matches })
const chosenTheme = signal(localStorage.getItem(themeKey) ?? '')
export const theme = computed(() => chosenTheme.value || (systemDark.value ? 'dark' : 'light'))

export function toggleTheme() {
  chosenTheme.value = theme.value === 'dark' ? 'light' : 'dark'
  localStorage.setItem(themeKey, chosenTheme.value)
}
