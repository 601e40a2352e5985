import { useState } from 'preact/hooks'
import { useData } from '../api'
import { interval, points } from '../format'
import { Fault, TrialLink } from '../parts/bits'
import { status } from '../state'
import type { LambdaCurve, LambdaPoint, Lambdas } from '../types'

const width = 340
const height = 210
const frame = { left: 46, right: 14, top: 14, bottom: 34 }
const page = 24

function valuesOf(point: LambdaPoint): number[] {
  return [...point.folds.map((each) => each.dice), ...(point.interval ?? [])]
}

// Round steps between the least and the greatest value.
function ticks(low: number, high: number): number[] {
  const raw = (high - low) / 4
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= raw) ?? raw
  const first = Math.ceil(low / step)
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step)
}

function Chart({ curve }: { curve: LambdaCurve }) {
  const all = curve.points.flatMap(valuesOf)
  if (all.length === 0) return <p class="soft chart-empty">No fold has a score.</p>
  const margin = Math.max(0.2, (Math.max(...all) - Math.min(...all)) * 0.08)
  const low = Math.min(...all) - margin
  const high = Math.max(...all) + margin
  const x = (i: number) => frame.left + ((i + 0.5) * (width - frame.left - frame.right)) / curve.points.length
  const y = (dice: number) => frame.top + ((high - dice) * (height - frame.top - frame.bottom)) / (high - low)
  const line = curve.points.flatMap((each, i) => (each.dice === null ? [] : [`${x(i)},${y(each.dice)}`])).join(' ')
  const chosen = curve.points.find((each) => each.chosen)
  return (
    <svg viewBox={`0 0 ${width} ${height}`} role="img" class="chart"
         aria-label={`Validation Dice by λ; ${chosen ? `chosen: ${chosen.lambda}` : 'nothing is chosen'}`}>
      {ticks(low, high).map((each) => (
        <g key={each}>
          <line class="rule" x1={frame.left} x2={width - frame.right} y1={y(each)} y2={y(each)} />
          <text x={frame.left - 6} y={y(each) + 4} text-anchor="end">{each.toFixed(high - low < 4 ? 1 : 0)}</text>
        </g>
      ))}
      <polyline class="curve" points={line} />
      {curve.points.map((point, i) => (
        <g key={point.lambda} class={point.chosen ? 'picked' : undefined}>
          {point.interval && <line class="whisker" x1={x(i)} x2={x(i)} y1={y(point.interval[0])} y2={y(point.interval[1])} />}
          {point.folds.map((fold) => <circle key={fold.trial} class="fold" cx={x(i)} cy={y(fold.dice)} r="2.5" />)}
          {point.dice !== null && <circle class="mean" cx={x(i)} cy={y(point.dice)} r={point.chosen ? 6 : 4} />}
          <text x={x(i)} y={height - 14} text-anchor="middle">{point.lambda}</text>
        </g>
      ))}
      <text x={frame.left - 6} y={height - 14} text-anchor="end" class="axis-name">λ</text>
    </svg>
  )
}

function Card({ curve }: { curve: LambdaCurve }) {
  const chosen = curve.points.find((each) => each.chosen)
  return (
    <article class="card">
      <h3>Rotation {curve.rotation}, seed {curve.seed}</h3>
      <Chart curve={curve} />
      <p>
        {chosen ? <>λ <b>{chosen.lambda}</b>{chosen.dice !== null && <> · {points(chosen.dice)}</>}{chosen.interval && <span class="soft"> {interval(chosen.interval)}</span>}</>
          : <span class="soft">{curve.state === 'failed' || curve.state === 'blocked' ? <>no choice: <TrialLink trial={curve.selection}>why</TrialLink></> : 'not chosen'}</span>}
        {curve.edge && <span class="flag">at the edge of the grid</span>}
      </p>
      <details>
        <summary>Folds</summary>
        <ul class="plain">
          {curve.points.map((point) => (
            <li key={point.lambda}>λ {point.lambda}: {point.folds.length === 0 ? 'none' : point.folds.map((fold, i) => (
              <span key={fold.trial}>{i > 0 && ', '}<TrialLink trial={fold.trial}>{points(fold.dice)}</TrialLink></span>
            ))}{point.folds.length < point.expected && <span class="soft"> ({point.expected - point.folds.length} missing)</span>}</li>
          ))}
        </ul>
      </details>
    </article>
  )
}

export function Lambda({ sweep }: { sweep: number }) {
  const { data, fault } = useData<Lambdas>(`sweeps/${sweep}/lambda`)
  const [shown, show] = useState(page)
  const groups = [...new Set(data?.curves.map((each) => each.variant + '\n' + each.dataset) ?? [])]
  const edges = data?.curves.filter((each) => each.edge).length ?? 0
  return (
    <>
      <h1>The choice of λ <small>{status.value?.name}</small></h1>
      <p class="lead">Mean validation Dice × 100 at one refinement over the inner folds (small dots), with its 95 % interval over folds. The highest mean is chosen; a tie goes to the smaller λ.</p>
      <Fault text={fault} />
      {edges > 0 && <p class="notice">{edges === 1 ? 'One choice is' : `${edges} choices are`} at the edge of the grid: a wider list of λ might choose otherwise.</p>}
      {data && groups.length === 0 && <p class="soft">This sweep chooses no λ.</p>}
      {groups.map((group) => {
        const [variant, dataset] = group.split('\n')
        const curves = data!.curves.filter((each) => each.variant === variant && each.dataset === dataset)
        return (
          <section key={group} aria-label={`${dataset} ${variant}`}>
            <h2>{dataset}{variant && <small class="soft"> · {variant}</small>}</h2>
            <div class="cards">{curves.slice(0, shown).map((each) => <Card key={each.selection} curve={each} />)}</div>
            {curves.length > shown && <button type="button" class="small" onClick={() => show(shown + page)}>{curves.length - shown} more</button>}
          </section>
        )
      })}
    </>
  )
}
