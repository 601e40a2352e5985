import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { once, useData } from '../api'
import { count, signed } from '../format'
import { Fault } from '../parts/bits'
import { colour } from '../parts/plot'
import { linkTo, status, theme } from '../state'
import type { Quality as Report, Scatter, ScatterPoint } from '../types'

const size = 360
const edge = 44
const inks = ['series-1', 'series-3', 'series-2', 'series-4', 'series-5']

// Round numbers in a range, at most seven.
function ticks([from, to]: [number, number]): number[] {
  const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5].find((each) => (to - from) / each <= 6.001) ?? 1
  const first = Math.ceil(from / step - 1e-9)
  return Array.from({ length: Math.floor(to / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step)
}

const worded = (value: number, digits = 2) => value.toFixed(digits).replace(/^-(0\.0+)$/, '$1').replace('-', '−')

// The mean difference and the limits of agreement around it: in nearly all masks it is within them.
function agreement(points: ScatterPoint[]) {
  const differences = points.map((each) => each[5] - each[6])
  const mean = differences.reduce((sum, each) => sum + each, 0) / differences.length
  const deviation = Math.sqrt(differences.reduce((sum, each) => sum + (each - mean) ** 2, 0) / Math.max(differences.length - 1, 1))
  return { mean, low: mean - 1.96 * deviation, high: mean + 1.96 * deviation }
}

interface Axes { x: (point: ScatterPoint) => number; y: (point: ScatterPoint) => number
  xRange: [number, number]; yRange: [number, number]; xLabel: string; yLabel: string; rules: [number, number][] }

function drawAxes(pen: CanvasRenderingContext2D, axes: Axes, px: (v: number) => number, py: (v: number) => number) {
  pen.font = '12px system-ui'
  pen.strokeStyle = colour('line')
  pen.fillStyle = colour('muted')
  const line = (x: number, y: number, toX: number, toY: number) => {
    pen.beginPath()
    pen.moveTo(px(x), py(y))
    pen.lineTo(px(toX), py(toY))
    pen.stroke()
  }
  pen.textAlign = 'center'
  for (const x of ticks(axes.xRange)) {
    line(x, axes.yRange[0], x, axes.yRange[1])
    pen.fillText(worded(x), px(x), size - edge + 16)
  }
  pen.textAlign = 'right'
  for (const y of ticks(axes.yRange)) {
    line(axes.xRange[0], y, axes.xRange[1], y)
    pen.fillText(worded(y), edge - 6, py(y) + 4)
  }
  pen.textAlign = 'center'
  pen.fillText(axes.xLabel, (size + edge) / 2, size - 6)
  pen.strokeStyle = colour('muted')
  pen.setLineDash([4, 4])
  for (const [from, to] of axes.rules) line(axes.xRange[0], from, axes.xRange[1], to)
  pen.setLineDash([])
}

function Cloud({ points, nets, axes, title }: { points: ScatterPoint[]; nets: string[]; axes: Axes; title: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [near, setNear] = useState<ScatterPoint | null>(null)
  const scheme = theme.value
  const px = (v: number) => edge + ((v - axes.xRange[0]) * (size - edge - 22)) / (axes.xRange[1] - axes.xRange[0])
  const py = (v: number) => size - edge - ((v - axes.yRange[0]) * (size - edge - 22)) / (axes.yRange[1] - axes.yRange[0])
  useEffect(() => {
    const ratio = devicePixelRatio || 1
    const element = canvas.current!
    element.width = size * ratio
    element.height = size * ratio
    const pen = element.getContext('2d')!
    pen.scale(ratio, ratio)
    drawAxes(pen, axes, px, py)
    pen.globalAlpha = points.length > 800 ? 0.4 : 0.7
    for (const point of points) {
      pen.fillStyle = colour(inks[nets.indexOf(point[1]) % inks.length]!)
      pen.beginPath()
      pen.arc(px(axes.x(point)), py(axes.y(point)), near === point ? 6 : 3, 0, 7)
      pen.fill()
    }
  }, [points, scheme, near])
  const find = (event: MouseEvent) => {
    const box = canvas.current!.getBoundingClientRect()
    const scale = size / box.width
    const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale]
    let best: ScatterPoint | null = null
    let least = 12
    for (const point of points) {
      const distance = Math.hypot(px(axes.x(point)) - x, py(axes.y(point)) - y)
      if (distance < least) [best, least] = [point, distance]
    }
    return best
  }
  return (
    <article class="card">
      <h2>{title}</h2>
      <canvas ref={canvas} class="cloud" role="img" aria-label={`${title}: ${count(points.length)} masks`}
              onMouseMove={(event) => setNear(find(event))}
              onClick={(event) => {
                const found = find(event)
                if (found) location.hash = linkTo({ query: { trial: String(found[2]) } })
              }} />
      <p class="soft">{near ? `${near[4] || `image ${near[3]}`}: predicted ${near[5].toFixed(3)}, Dice ${near[6].toFixed(3)}` : axes.yLabel}</p>
    </article>
  )
}

function Summary({ sweep }: { sweep: number }) {
  const { data, fault } = useData<Report>(`sweeps/${sweep}/quality`, once)
  if (fault) return <p class="soft">{fault}</p>
  if (!data) return <p class="loading">Counting …</p>
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Errors and correlations">
      <table class="data numbers">
        <thead><tr><th>Data set</th><th class="text">Net</th><th>Iteration</th><th>Masks</th><th>Mean error</th><th>Bias</th><th>Pearson</th><th>Spearman</th><th>AUROC of harm</th></tr></thead>
        <tbody>
          {data.nets.flatMap((net) => net.rows.filter((row) => row.split === 'test').map((row) => (
            <tr key={`${net.dataset}/${net.net}/${row.iteration}`}>
              <td class="text">{net.dataset}</td><td class="text">{net.net}</td><td>{row.iteration ?? '1 and on'}</td><td>{count(row.masks)}</td>
              <td>{row.raw.errors ? row.raw.errors.mae.toFixed(2) : '–'}</td><td>{row.raw.errors ? signed(row.raw.errors.bias) : '–'}</td>
              <td>{row.pearson?.toFixed(3) ?? '–'}</td><td>{row.spearman?.toFixed(3) ?? '–'}</td><td>{row.raw.harm_auroc?.toFixed(3) ?? '–'}</td>
            </tr>
          )))}
        </tbody>
      </table>
    </div>
  )
}

export function Quality({ sweep }: { sweep: number }) {
  const [iteration, setIteration] = useState(1)
  const [dataset, setDataset] = useState('')
  const { data, fault } = useData<Scatter>(`sweeps/${sweep}/scatter?iteration=${iteration}`)
  const datasets = [...new Set(data?.points.map((each) => each[0]) ?? [])]
  const points = useMemo(() => (data?.points ?? []).filter((each) => !dataset || each[0] === dataset), [data, dataset])
  const nets = [...new Set(points.map((each) => each[1]))]
  const limits = agreement(points)
  const spread = Math.max(0.05, 1.1 * Math.max(0, Math.abs(limits.low), Math.abs(limits.high), ...points.map((each) => Math.abs(each[5] - each[6]))))
  const low = Math.max(0, Math.floor(Math.min(0.9, ...points.flatMap((each) => [each[5], each[6]])) * 10) / 10)
  return (
    <>
      <h1>Predicted quality <small>{status.value?.name}</small></h1>
      <p class="lead">What the net says of a mask beside the Dice that the mask has, one dot a test image. On the diagonal it would be right.</p>
      <div class="filters">
        <label>After iteration <input type="number" min={0} max={1000} value={iteration} onChange={(event) => setIteration(Math.max(0, Number(event.currentTarget.value) || 0))} /></label>
        {datasets.length > 1 && <label>Data set <select value={dataset} onChange={(event) => setDataset(event.currentTarget.value)}><option value="">all</option>{datasets.map((each) => <option key={each}>{each}</option>)}</select></label>}
      </div>
      <Fault text={fault} />
      {data && points.length === 0 && <p class="soft">No net with a quality head is evaluated at iteration {iteration}.</p>}
      {points.length > 0 && (
        <>
          <p class="keys">{nets.map((net, i) => <span key={net}><i class={`ink-${i % inks.length}`} aria-hidden="true" />{net}</span>)}</p>
          <div class="cards wide">
            <Cloud title="Predicted and true" points={points} nets={nets} axes={{
              x: (point) => point[5], y: (point) => point[6], xRange: [low, 1], yRange: [low, 1], xLabel: 'predicted quality', yLabel: 'Upwards: the Dice that it has.', rules: [[low, 1]] }} />
            <Cloud title="Bland–Altman" points={points} nets={nets} axes={{
              x: (point) => (point[5] + point[6]) / 2, y: (point) => point[5] - point[6], xRange: [low, 1], yRange: [-spread, spread], xLabel: 'mean of both', yLabel: `Upwards: predicted less true; above 0 it is too sure. Mean ${worded(limits.mean, 3)}, limits of agreement ${worded(limits.low, 3)} to ${worded(limits.high, 3)}.`,
              rules: [[limits.mean, limits.mean], [limits.low, limits.low], [limits.high, limits.high]] }} />
          </div>
          {data!.points.length === data!.most && <p class="soft">The first {count(data!.most)} masks.</p>}
          <section aria-labelledby="how-well"><h2 id="how-well">How well it tells</h2><p class="soft">Errors in points of Dice × 100. AUROC of harm: how well a fall of the predicted quality tells a fall of Dice; 0.5 says nothing.</p><Summary sweep={sweep} /></section>
        </>
      )}
    </>
  )
}
