import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { stateWords } from '../format'
import { onChanges } from '../live'
import { linkTo, theme } from '../state'
import type { Matrix } from '../types'
import { draw, geometryOf, spotAt, widthOf, type Spot } from './matrix-draw'
import { apply, modelOf, type MatrixModel } from './matrix-model'

const mostHeight = 560

function wordsOf(model: MatrixModel, spot: Spot | null): string {
  if (!spot) return 'Point at a trial, or use the arrow keys; Enter opens it.'
  const line = model.lines[spot.line]!
  let dataset = ''
  for (let i = spot.line; i >= 0 && !dataset; --i) if (model.lines[i]!.heading) dataset = model.lines[i]!.label + ' '
  const state = model.states[line.states[spot.column]!] ?? ''
  return `${dataset}${line.label}, ${model.columns[spot.column]!.step}: ${stateWords[state] ?? state}, trial ${line.trials[spot.column]}`
}

const steps: Record<string, [number, number]> = {
  ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], PageUp: [-20, 0], PageDown: [20, 0],
}

// The next place in that direction, over holes and headings; the old one at the edge.
function moved(model: MatrixModel, from: Spot | null, [down, right]: [number, number]): Spot | null {
  if (!from) {
    const line = model.lines.findIndex((each) => !each.heading)
    return line < 0 ? null : { line, column: Math.max(0, model.lines[line]!.states.findIndex((state) => state >= 0)) }
  }
  let { line, column } = from
  for (let tries = 0; tries < model.lines.length + model.columns.length; ++tries) {
    line += tries > 0 ? Math.sign(down) : down
    column += right
    if (line < 0 || line >= model.lines.length || column < 0 || column >= model.columns.length) return from
    if ((model.lines[line]!.states[column] ?? -1) >= 0) return { line, column }
  }
  return from
}

export function MatrixView({ matrix, highlight }: { matrix: Matrix; highlight: string }) {
  const model = useMemo(() => modelOf(matrix), [matrix])
  const scroller = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [width, setWidth] = useState(0)
  const [spot, setSpot] = useState<Spot | null>(null)
  const scheme = theme.value
  const geometry = useMemo(() => geometryOf(model, width || 800), [model, width])
  const height = Math.min(mostHeight, geometry.top + model.lines.length * geometry.row + 12)

  const paint = () => {
    const box = scroller.current
    if (!box || !canvas.current) return
    draw(canvas.current, model, geometry, {
      scrollX: box.scrollLeft, scrollY: box.scrollTop, width: box.clientWidth, height: box.clientHeight, highlight, spot,
    })
  }
  const painter = useRef(paint)
  painter.current = paint
  useEffect(paint, [model, geometry, highlight, spot, scheme])
  useEffect(() => {
    const box = scroller.current!
    const observer = new ResizeObserver(() => { setWidth(box.clientWidth); painter.current() })
    observer.observe(box)
    return () => observer.disconnect()
  }, [])
  useEffect(() => onChanges((changes) => {
    apply(model, changes)
    painter.current()
  }), [model])

  const open = (at: Spot | null) => {
    if (at) location.hash = linkTo({ query: { trial: String(model.lines[at.line]!.trials[at.column]) } })
  }
  const spotOf = (event: MouseEvent) => {
    const box = scroller.current!
    const frame = box.getBoundingClientRect()
    if (event.clientY - frame.top < geometry.top) return null
    return spotAt(model, geometry, event.clientX - frame.left + box.scrollLeft, event.clientY - frame.top + box.scrollTop)
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter') return open(spot)
    const step = steps[event.key]
    if (!step) return
    event.preventDefault()
    const next = moved(model, spot, step)
    setSpot(next)
    if (!next) return
    const box = scroller.current!
    const y = next.line * geometry.row
    if (y < box.scrollTop) box.scrollTop = y
    const room = box.clientHeight - geometry.top - 2 * geometry.row
    if (y > box.scrollTop + room) box.scrollTop = y - room
  }
  return (
    <div class="matrix">
      <div ref={scroller} class="matrix-window" style={{ height: `${height}px` }} tabIndex={0} role="group"
           aria-label="Trials by what they are for and step of the plan; arrow keys move, Enter opens a trial"
           onScroll={() => painter.current()} onKeyDown={onKey} onMouseMove={(event) => {
             const at = spotOf(event)
             if (at?.line !== spot?.line || at?.column !== spot?.column) setSpot(at)
           }} onClick={(event) => open(spotOf(event))}>
        <div class="matrix-pin"><canvas ref={canvas} aria-hidden="true" /></div>
        <div style={{ width: `${widthOf(model, geometry)}px`, height: `${geometry.top + model.lines.length * geometry.row}px` }} />
      </div>
      <p class="soft matrix-words" aria-live="polite">{wordsOf(model, spot)}</p>
      <p class="hint">Rows: rotation, seed and fold{model.several && ' of a data set'}. Columns: steps of the plan.</p>
    </div>
  )
}
