// What ran when on which worker; a click leads to the trial.
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { counted } from '../format'
import { linkTo, theme } from '../state'
import type { Workers } from '../types'
import { drawLanes, lanesOf, placeAt, type Place } from './timeline-draw'

export function TimeLine({ data }: { data: Workers }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const places = useRef<Place[]>([])
  const scheme = theme.value
  const lanes = useMemo(() => lanesOf(data), [data])
  const attempts = lanes.flatMap((each) => each.bars.map((bar) => bar.attempt))
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const around = element.parentElement!
    const paint = () => {
      const box = getComputedStyle(around)
      places.current = drawLanes(element, lanes, around.clientWidth - parseFloat(box.paddingLeft) - parseFloat(box.paddingRight))
    }
    paint()
    const observer = new ResizeObserver(paint)
    observer.observe(around)
    return () => observer.disconnect()
  }, [lanes, scheme])
  const attemptAt = (event: MouseEvent) => {
    const box = canvas.current!.getBoundingClientRect()
    return placeAt(places.current, event.clientX - box.left, event.clientY - box.top)
  }
  if (attempts.length === 0) return <p class="soft">No worker has had a trial yet.</p>
  return (
    <div class="timeline">
      <canvas ref={canvas} role="img" aria-label={`Time line of ${counted(attempts.length, 'attempt')} on ${counted(lanes.length, 'worker')}`}
              onClick={(event) => {
                const found = attemptAt(event)
                if (found) location.hash = linkTo({ query: { trial: String(found.trial) } })
              }}
              onMouseMove={(event) => {
                const found = attemptAt(event)
                event.currentTarget.title = found ? `${found.name || found.role}, attempt ${found.attempt}: ${found.state}` : ''
              }} />
      <p class="timeline-legend soft">
        {[...new Set(attempts.map((each) => each.state))].sort().map((state) => (
          <span key={state} class={`mark mark-${state}`}><i aria-hidden="true" />{state}</span>
        ))}
      </p>
    </div>
  )
}
