import { effect } from '@preact/signals'
import { render } from 'preact'
import { App } from './app'
import { startLive } from './live'
import { takeToken, theme } from './state'
import './styles/base.css'
import './styles/parts.css'
import './styles/views.css'
import './styles/charts.css'
import './styles/film.css'

takeToken()
effect(() => { document.documentElement.dataset.theme = theme.value })
startLive()
render(<App />, document.getElementById('app')!)
