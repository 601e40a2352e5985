// The WebSocket that tells what has changed. It comes back by itself, the longer it fails the later.
import { effect, type Signal } from '@preact/signals'
import { currentSweep, leave, link, motion, revision, status, sweeps, token } from './state'
import type { LiveFrame } from './types'

type Change = [position: number, trial: number, state: number]
const listeners = new Set<(changes: Change[]) => void>()

// Calls `listener` with the places of the sweep on show that changed; returns how to stop that.
export function onChanges(listener: (changes: Change[]) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const rest = 1000 // ms between two times that something is asked for again
const due = new Map<Signal<number>, number>() // when each last counted up, or will

function countUp(signal: Signal<number>) {
  const now = Date.now()
  const last = due.get(signal) ?? 0
  if (last > now) return // it will anyway
  const when = Math.max(now, last + rest)
  due.set(signal, when)
  setTimeout(() => { signal.value += 1 }, when - now)
}

function ended(of: LiveFrame['sweep']): string {
  if (!of) return ''
  const { waiting: _w, leased: _l, held: _h, ...rest } = of.states
  return of.sweep + JSON.stringify(rest)
}

function take(frame: LiveFrame) {
  if (frame.sweeps) sweeps.value = frame.sweeps.sweeps
  if (frame.sweep && frame.sweep.sweep === currentSweep.peek()) {
    const before = status.peek()
    status.value = frame.sweep
    if (before && ended(before) !== ended(frame.sweep)) countUp(revision)
    if (before && JSON.stringify(before.states) !== JSON.stringify(frame.sweep.states)) countUp(motion)
  }
  if (frame.changed) for (const each of listeners) each(frame.changed)
}

let socket: WebSocket | null = null
let failures = 0
let timer = 0

function retry() {
  link.value = 'lost'
  clearTimeout(timer)
  timer = window.setTimeout(connect, Math.min(500 * 2 ** failures++, 10_000))
}

function connect() {
  clearTimeout(timer)
  if (!token.peek()) return
  const mine = new WebSocket(location.origin.replace(/^http/, 'ws') + '/live')
  socket = mine
  mine.onopen = () => mine.send(JSON.stringify({ token: token.peek(), sweep: currentSweep.peek() }))
  mine.onmessage = (event) => {
    const frame = JSON.parse(event.data as string) as LiveFrame
    if (frame.refused === 'wrong token') return leave('The coordinator does not know this token.')
    if (frame.refused) return // too many watch: closed by the other side, tried again later and later
    if (failures > 0) [revision, motion].forEach(countUp) // what happened while we were away
    failures = 0
    link.value = 'live'
    take(frame)
  }
  mine.onclose = () => {
    if (socket !== mine) return
    socket = null
    if (token.peek()) retry()
  }
}

export function startLive() {
  effect(() => {
    if (token.value) {
      failures = 0
      link.value = 'connecting'
      connect()
    } else {
      clearTimeout(timer)
      socket?.close()
      socket = null
    }
  })
  effect(() => {
    const sweep = currentSweep.value
    if (status.peek()?.sweep !== sweep) status.value = null
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ sweep }))
  })
  addEventListener('online', () => { if (!socket) connect() })
}
