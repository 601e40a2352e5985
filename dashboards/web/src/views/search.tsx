import { useMemo, useState } from 'preact/hooks'
import { useData } from '../api'
import { points } from '../format'
import { Fault } from '../parts/bits'
import { status } from '../state'
import type { Configuration, Search as Data } from '../types'

const width = 900
const height = 320
const top = 34
const bottom = 26

// {"network": {"filters": 16}} as [["network.filters", 16]].
function flat(patch: Record<string, unknown>, before = ''): [string, unknown][] {
  return Object.entries(patch).flatMap(([key, value]): [string, unknown][] =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? flat(value as Record<string, unknown>, before + key + '.') : [[before + key, value]])
}

interface Axis { name: string; values: string[] } // in the order in which they are drawn, from below

const words = (value: unknown) => (value === undefined ? 'as given' : typeof value === 'string' ? value : JSON.stringify(value))

function axesOf(list: Configuration[]): Axis[] {
  const names = [...new Set(list.flatMap((each) => flat(each.patch).map(([name]) => name)))]
  return names.map((name) => {
    const values = [...new Set(list.map((each) => words(new Map(flat(each.patch)).get(name))))]
    const numbers = values.every((each) => each === 'as given' || !Number.isNaN(Number(each)))
    values.sort(numbers ? (a, b) => (Number(a) || -Infinity) - (Number(b) || -Infinity) : undefined)
    return { name, values }
  })
}

// The share of the scores' variance that lies between the values of one axis: 1, nothing else matters.
function importance(axis: Axis, list: Configuration[]): number {
  const scored = list.filter((each) => each.score !== null)
  const mean = scored.reduce((sum, each) => sum + each.score!, 0) / scored.length
  const all = scored.reduce((sum, each) => sum + (each.score! - mean) ** 2, 0)
  if (scored.length < 3 || all === 0) return 0
  let between = 0
  for (const value of axis.values) {
    const mine = scored.filter((each) => words(new Map(flat(each.patch)).get(axis.name)) === value)
    if (mine.length === 0) continue
    between += mine.length * (mine.reduce((sum, each) => sum + each.score!, 0) / mine.length - mean) ** 2
  }
  return between / all
}

function Parallel({ list, axes }: { list: Configuration[]; axes: Axis[] }) {
  const scored = list.filter((each) => each.score !== null)
  const low = Math.min(...scored.map((each) => each.score!))
  const high = Math.max(...scored.map((each) => each.score!))
  const x = (i: number) => 70 + (i * (width - 140)) / Math.max(axes.length, 1)
  const at = (share: number) => height - bottom - share * (height - top - bottom)
  const yOf = (axis: Axis, each: Configuration) =>
    at((axis.values.indexOf(words(new Map(flat(each.patch)).get(axis.name))) + 0.5) / axis.values.length)
  const scoreAt = (score: number) => at(high > low ? (score - low) / (high - low) : 0.5)
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Parallel coordinates">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" class="chart parallel" aria-label={`${scored.length} configurations; the best has ${points(high)}`}>
        {[...scored].sort((a, b) => a.score! - b.score!).map((each) => (
          <polyline key={each.candidate} class={each.chosen ? 'way picked' : 'way'}
                    stroke-opacity={0.15 + 0.75 * (high > low ? (each.score! - low) / (high - low) : 1)}
                    points={[...axes.map((axis, i) => `${x(i)},${yOf(axis, each)}`), `${x(axes.length)},${scoreAt(each.score!)}`].join(' ')} />
        ))}
        {axes.map((axis, i) => (
          <g key={axis.name}>
            <line class="stem" x1={x(i)} x2={x(i)} y1={at(0)} y2={at(1)} />
            <text x={x(i)} y={18} text-anchor="middle" class="axis-name">{axis.name.split('.').pop()}</text>
            {axis.values.map((value, k) => <text key={value} x={x(i) - 8} y={at((k + 0.5) / axis.values.length) + 4} text-anchor="end">{value.slice(0, 12)}</text>)}
          </g>
        ))}
        <line class="stem" x1={x(axes.length)} x2={x(axes.length)} y1={at(0)} y2={at(1)} />
        <text x={x(axes.length)} y={18} text-anchor="middle" class="axis-name">Dice × 100</text>
        <text x={x(axes.length) + 8} y={at(1) + 4}>{points(high)}</text>
        <text x={x(axes.length) + 8} y={at(0) + 4}>{points(low)}</text>
      </svg>
    </div>
  )
}

function Ranking({ list }: { list: Configuration[] }) {
  const sorted = [...list].sort((a, b) => (b.score ?? -1) - (a.score ?? -1))
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Configurations, the best first">
      <table class="data numbers">
        <thead><tr><th>Configuration</th><th>Validation Dice × 100</th><th>Trials</th><th class="text">Standing</th></tr></thead>
        <tbody>
          {sorted.slice(0, 100).map((each) => (
            <tr key={each.candidate} class={each.chosen ? 'chosen' : undefined}>
              <td class="text">{flat(each.patch).map(([name, value]) => `${name} ${words(value)}`).join(', ') || 'as given'}</td>
              <td>{each.score === null ? '–' : points(each.score)}</td><td>{each.trials}</td>
              <td class="text">{each.chosen ? 'chosen' : each.standing === 'pruned' ? `pruned at rung ${each.rung}` : each.standing === 'excluded' ? 'excluded' : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function Search({ sweep }: { sweep: number }) {
  const { data, fault } = useData<Data>(`sweeps/${sweep}/search`)
  const [group, setGroup] = useState('')
  const groups = [...new Set(data?.candidates.map((each) => `${each.dataset}, rotation ${each.rotation}, seed ${each.seed}`) ?? [])]
  const shown = groups.includes(group) ? group : groups[0]
  const list = useMemo(() => (data?.candidates ?? []).filter((each) => `${each.dataset}, rotation ${each.rotation}, seed ${each.seed}` === shown), [data, shown])
  const axes = useMemo(() => axesOf(list), [list])
  const scored = list.filter((each) => each.score !== null).length
  const weights = axes.map((axis) => ({ name: axis.name, share: importance(axis, list) })).sort((a, b) => b.share - a.share)
  return (
    <>
      <h1>Search <small>{status.value?.name}</small></h1>
      <Fault text={fault} />
      {data && groups.length === 0 && (
        <div class="notice"><p>This sweep searches no hyperparameters. <code>"hyperparameters": {'{"search": "random", "grid": …}'}</code> in its experiment does; see <code>experiments/hyperparameters.json</code>.</p></div>
      )}
      {groups.length > 0 && (
        <>
          <p class="lead">Each line is a configuration: through its values, to its mean validation Dice over the inner folds. The darker, the better; the thick one is chosen.</p>
          {groups.length > 1 && <div class="filters"><label>Of <select value={shown} onChange={(event) => setGroup(event.currentTarget.value)}>{groups.map((each) => <option key={each}>{each}</option>)}</select></label></div>}
          {scored > 0 ? <Parallel list={list} axes={axes} /> : <p class="soft">No configuration has a score yet.</p>}
          {scored > 2 && (
            <section aria-labelledby="weights">
              <h2 id="weights">What matters</h2>
              <p class="soft">The share of the scores' variance that lies between the values of each alone.</p>
              <dl class="shares">
                {weights.map((each) => (
                  <div key={each.name}><dt>{each.name}</dt><dd><meter min={0} max={1} value={each.share} aria-label={`share of ${each.name}`} /> {Math.round(100 * each.share)} %</dd></div>
                ))}
              </dl>
            </section>
          )}
          <section aria-labelledby="ranking"><h2 id="ranking">All of them</h2><Ranking list={list} /></section>
        </>
      )}
    </>
  )
}
