import { CellDialog } from './parts/cell-dialog'
import { TrialDialog } from './parts/trial-dialog'
import { currentSweep, currentView, leave, link, linkTo, status, sweeps, theme, toggleTheme, token } from './state'
import { Images } from './views/images'
import { Iterations } from './views/iterations'
import { Lambda } from './views/lambda'
import { Login } from './views/login'
import { Quality } from './views/quality'
import { Search } from './views/search'
import { Sweep } from './views/sweep'
import { Tables } from './views/tables'
import { Training } from './views/training'
import { Workers } from './views/workers'

const views = [
  { name: 'sweep', title: 'Sweep', show: Sweep },
  { name: 'tables', title: 'Tables', show: Tables },
  { name: 'lambda', title: 'λ', show: Lambda },
  { name: 'iterations', title: 'Iterations', show: Iterations },
  { name: 'images', title: 'Images', show: Images },
  { name: 'quality', title: 'Quality', show: Quality },
  { name: 'training', title: 'Training', show: Training },
  { name: 'workers', title: 'Workers', show: Workers },
  { name: 'search', title: 'Search', show: Search },
]

const linkWords = { connecting: 'connecting', live: 'live', lost: 'not connected: trying again' }

function Link() {
  return <span class={`link link-${link.value}`} role="status"><i aria-hidden="true" />{linkWords[link.value]}</span>
}

function SweepChoice() {
  const list = sweeps.value ?? []
  if (list.length === 0) return null
  return (
    <label class="choice">
      <span class="hidden">Sweep</span>
      <select value={String(currentSweep.value)}
              onChange={(event) => { location.hash = linkTo({ sweep: Number(event.currentTarget.value) }) }}>
        {[...list].reverse().map((each) => (
          <option key={each.sweep} value={String(each.sweep)}>{each.sweep} · {each.name}</option>
        ))}
      </select>
    </label>
  )
}

function Header() {
  return (
    <header class="top">
      <a class="brand" href={linkTo({ view: 'sweep' })}><span aria-hidden="true">H</span>Hone</a>
      <SweepChoice />
      <Link />
      <span class="grow" />
      <button type="button" class="quiet" onClick={toggleTheme}>{theme.value === 'dark' ? 'Light' : 'Dark'}</button>
      <button type="button" class="quiet" onClick={() => leave('')}>Log out</button>
    </header>
  )
}

function Navigation() {
  return (
    <nav class="tabs" aria-label="Views">
      {views.map((view) => (
        <a key={view.name} href={linkTo({ view: view.name })}
           aria-current={currentView.value === view.name ? 'page' : undefined}>{view.title}</a>
      ))}
    </nav>
  )
}

function NoSweep() {
  return (
    <section class="empty">
      <h1>No sweep yet</h1>
      <p>This coordinator is ready. Hand it an experiment and watch it here:</p>
      <pre>hone submit experiments/quickstart.json</pre>
    </section>
  )
}

function Main() {
  if (sweeps.value === null) return <p class="loading">Asking the coordinator …</p>
  if (sweeps.value.length === 0) return <NoSweep />
  if (!sweeps.value.some((each) => each.sweep === currentSweep.value)) {
    return <section class="empty"><h1>There is no sweep {currentSweep.value}</h1><p>Choose another above.</p></section>
  }
  const View = views.find((view) => view.name === currentView.value)?.show ?? Sweep
  return <View key={currentSweep.value} sweep={currentSweep.value} />
}

function Shell() {
  const name = status.value?.name
  document.title = name ? `${name} · Hone` : 'Hone'
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => {
        event.preventDefault()
        document.getElementById('main')?.focus()
      }}>To the content</a>
      <Header />
      <Navigation />
      <main id="main" tabIndex={-1}><Main /></main>
      <TrialDialog />
      <CellDialog />
    </>
  )
}

export function App() {
  return token.value ? <Shell /> : <Login />
}
