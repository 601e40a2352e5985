// Which attempt ran on which slot of a worker, and when: laid out, and drawn.
import type { WorkerAttempt, WorkerLine, Workers } from '../types'
import { colour } from './plot'

const lane = 22
const left = 150
const foot = 22
const shownWorkers = 24

interface Bar { attempt: WorkerAttempt; from: number; to: number; slot: number }
export interface Lane { worker: WorkerLine; bars: Bar[]; slots: number; top: number }
export interface Place { x: number; y: number; width: number; attempt: WorkerAttempt }

// An attempt does not say on which slot it ran: it is drawn on the one that has been free for longest.
export function lanesOf(data: Workers): Lane[] {
  const now = Date.parse(data.now)
  let top = 0
  return data.workers.slice(0, shownWorkers).map((worker) => {
    const free = new Array<number>(Math.min(Math.max(worker.slots, 1), 16)).fill(0)
    const bars = data.attempts.filter((each) => each.worker === worker.worker)
      .map((attempt) => ({ attempt, from: Date.parse(attempt.started), to: attempt.ended ? Date.parse(attempt.ended) : now, slot: 0 }))
      .sort((a, b) => a.from - b.from)
    for (const bar of bars) {
      bar.slot = free.indexOf(Math.min(...free))
      free[bar.slot] = Math.max(bar.to, free[bar.slot]!)
    }
    const slots = free.length
    const result = { worker, bars, slots, top }
    top += slots * lane + 10
    return result
  })
}

export function heightOf(lanes: Lane[]): number {
  return lanes.reduce((sum, each) => Math.max(sum, each.top + each.slots * lane), 0) + foot
}

export function placeAt(places: Place[], x: number, y: number): WorkerAttempt | undefined {
  return places.find((each) => x >= each.x - 1 && x <= each.x + each.width + 1 && y >= each.y && y < each.y + lane)?.attempt
}

// A pen on the canvas, which gets the size in CSS pixels and as many dots as the screen has.
function penOf(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const ratio = devicePixelRatio || 1
  canvas.width = width * ratio
  canvas.height = height * ratio
  canvas.style.width = `${width}px`
  canvas.style.height = `${height}px`
  const pen = canvas.getContext('2d')!
  pen.scale(ratio, ratio)
  pen.font = '12px system-ui'
  return pen
}

// Draws all lanes over `width` pixels; where each attempt is now.
export function drawLanes(canvas: HTMLCanvasElement, lanes: Lane[], width: number): Place[] {
  const bars = lanes.flatMap((each) => each.bars)
  const from = Math.min(...bars.map((each) => each.from))
  const to = Math.max(...bars.map((each) => each.to), from + 10_000)
  const height = heightOf(lanes)
  const pen = penOf(canvas, width, height)
  const x = (time: number) => left + ((time - from) * (width - left - 10)) / (to - from)
  const places: Place[] = []
  for (const each of lanes) {
    pen.fillStyle = colour('muted')
    pen.fillText(`${each.worker.worker} · ${each.worker.host}`.slice(0, 22), 0, each.top + 15)
    pen.fillStyle = colour('sunken')
    for (let slot = 0; slot < each.slots; ++slot) pen.fillRect(left, each.top + slot * lane, width - left - 10, lane - 3)
    for (const { attempt, slot, ...bar } of each.bars) {
      const place = { attempt, x: x(bar.from), y: each.top + Math.min(slot, each.slots - 1) * lane, width: 0 }
      place.width = Math.max(x(bar.to) - place.x - 1, 2)
      pen.fillStyle = colour('state-' + (attempt.state === 'running' ? 'leased' : attempt.state === 'lost' ? 'failed' : attempt.state))
      pen.fillRect(place.x, place.y, place.width, lane - 3)
      places.push(place)
    }
  }
  pen.fillStyle = colour('muted')
  const words = (time: number) => new Date(time).toLocaleTimeString([], { timeStyle: to - from < 600_000 ? 'medium' : 'short' })
  pen.fillText(words(from), left, height - 5)
  pen.textAlign = 'right'
  pen.fillText(words(to), width - 10, height - 5)
  return places
}
