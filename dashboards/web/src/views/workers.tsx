import { useMemo, useRef, useEffect } from 'preact/hooks'
import { useData } from '../api'
import { count, counted, duration, moment, percent } from '../format'
import { Fault } from '../parts/bits'
import { colour } from '../parts/plot'
import { linkTo, motion, theme } from '../state'
import type { WorkerAttempt, WorkerLine, Workers as Data } from '../types'

const lane = 22
const left = 150
const foot = 22
const shownWorkers = 24

interface Bar { attempt: WorkerAttempt; from: number; to: number; slot: number }
interface Lane { worker: WorkerLine; bars: Bar[]; slots: number; top: number }

// An attempt does not say on which slot it ran: it is drawn on the one that has been free for longest.
function lanesOf(data: Data): Lane[] {
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

function TimeLine({ data }: { data: Data }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const scheme = theme.value
  const lanes = useMemo(() => lanesOf(data), [data])
  const height = lanes.reduce((sum, each) => Math.max(sum, each.top + each.slots * lane), 0) + foot
  const bars = lanes.flatMap((each) => each.bars)
  const from = Math.min(...bars.map((each) => each.from))
  const to = Math.max(...bars.map((each) => each.to), from + 10_000)
  const places = useRef<{ x: number; y: number; width: number; bar: Bar }[]>([])
  const paint = () => {
    const element = canvas.current
    if (!element || bars.length === 0) return
    const box = getComputedStyle(element.parentElement!)
    const width = element.parentElement!.clientWidth - parseFloat(box.paddingLeft) - parseFloat(box.paddingRight)
    const ratio = devicePixelRatio || 1
    element.width = width * ratio
    element.height = height * ratio
    element.style.width = `${width}px`
    element.style.height = `${height}px`
    const pen = element.getContext('2d')!
    pen.scale(ratio, ratio)
    pen.font = '12px system-ui'
    const x = (time: number) => left + ((time - from) * (width - left - 10)) / (to - from)
    places.current = []
    for (const each of lanes) {
      pen.fillStyle = colour('muted')
      pen.fillText(`${each.worker.worker} · ${each.worker.host}`.slice(0, 22), 0, each.top + 15)
      pen.fillStyle = colour('sunken')
      for (let slot = 0; slot < each.slots; ++slot) pen.fillRect(left, each.top + slot * lane, width - left - 10, lane - 3)
      for (const bar of each.bars) {
        const begin = x(bar.from)
        const size = Math.max(x(bar.to) - begin - 1, 2)
        const y = each.top + Math.min(bar.slot, each.slots - 1) * lane
        pen.fillStyle = colour('state-' + (bar.attempt.state === 'running' ? 'leased' : bar.attempt.state === 'lost' ? 'failed' : bar.attempt.state))
        pen.fillRect(begin, y, size, lane - 3)
        places.current.push({ x: begin, y, width: size, bar })
      }
    }
    pen.fillStyle = colour('muted')
    const words = (time: number) => new Date(time).toLocaleTimeString([], { timeStyle: to - from < 600_000 ? 'medium' : 'short' })
    pen.fillText(words(from), left, height - 5)
    pen.textAlign = 'right'
    pen.fillText(words(to), width - 10, height - 5)
  }
  useEffect(() => {
    paint()
    const observer = new ResizeObserver(paint)
    observer.observe(canvas.current!.parentElement!)
    return () => observer.disconnect()
  }, [data, scheme])
  const barAt = (event: MouseEvent) => {
    const box = canvas.current!.getBoundingClientRect()
    const [x, y] = [event.clientX - box.left, event.clientY - box.top]
    return places.current.find((each) => x >= each.x - 1 && x <= each.x + each.width + 1 && y >= each.y && y < each.y + lane)?.bar.attempt
  }
  if (bars.length === 0) return <p class="soft">No worker has had a trial yet.</p>
  return (
    <div class="timeline">
      <canvas ref={canvas} role="img" aria-label={`Time line of ${counted(bars.length, 'attempt')} on ${counted(lanes.length, 'worker')}`}
              onClick={(event) => {
                const found = barAt(event)
                if (found) location.hash = linkTo({ query: { trial: String(found.trial) } })
              }}
              onMouseMove={(event) => {
                const found = barAt(event)
                event.currentTarget.title = found ? `${found.name || found.role}, attempt ${found.attempt}: ${found.state}` : ''
              }} />
    </div>
  )
}

// How much of its slots' time a worker was without a trial, from its first to its last.
function idle(of: WorkerLine): string {
  if (!of.first || !of.last) return '–'
  const span = ((Date.parse(of.last) - Date.parse(of.first)) / 1000) * of.slots
  return span < 5 ? '–' : percent(Math.max(0, 1 - of.busy_seconds / span))
}

function rate(data: Data, worker: number): string {
  const sum = data.attempts.filter((each) => each.worker === worker).reduce((all, each) => all + (each.images_per_second ?? 0), 0)
  return sum > 0 ? count(sum) : '–'
}

export function Workers(_: { sweep: number }) {
  const { data, fault } = useData<Data>('workers', motion)
  return (
    <>
      <h1>Workers {data && <small>{data.connected} connected</small>}</h1>
      <p class="lead">All that ever worked for this coordinator, on any sweep, the newest first.</p>
      <Fault text={fault} />
      {data?.workers.length === 0 && (
        <div class="notice"><p>No worker has come yet. Start some where the access file is:</p><pre tabIndex={0}>hone-worker --access hone-state/worker.json</pre></div>
      )}
      {data && data.workers.length > 0 && (
        <>
          <section aria-labelledby="timeline"><h2 id="timeline">Time line</h2><TimeLine data={data} /></section>
          <section aria-labelledby="list">
            <h2 id="list">Each of them</h2>
            <div class="scroll" tabIndex={0} role="region" aria-label="All workers">
              <table class="data numbers">
                <thead><tr><th>Worker</th><th class="text">State</th><th class="text">Device</th><th>Slots</th><th>Threads</th><th>Images / s</th><th>Done</th><th>Failed</th><th>Lost</th><th>Idle</th><th>Busy</th><th>Last seen at work</th></tr></thead>
                <tbody>
                  {data.workers.map((each) => (
                    <tr key={each.worker}>
                      <td class="text">{each.worker} · {each.host}</td>
                      <td class="text"><span class={`mark mark-${each.connected ? (each.running > 0 ? 'leased' : 'done') : 'waiting'}`}><i aria-hidden="true" />{each.connected ? (each.running > 0 ? `${each.running} running` : 'connected') : 'gone'}</span></td>
                      <td class="text">{each.device}</td><td>{each.slots}</td><td>{each.threads}</td><td>{rate(data, each.worker)}</td>
                      <td>{count(each.done)}</td><td>{each.failed || ''}</td><td>{each.lost || ''}</td><td>{idle(each)}</td>
                      <td>{duration(each.busy_seconds)}</td><td>{each.last ? moment(each.last) : '–'}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </section>
        </>
      )}
    </>
  )
}
