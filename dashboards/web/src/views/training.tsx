import { useEffect, useMemo, useState } from 'preact/hooks'
import type uPlot from 'uplot'
import { get, useData } from '../api'
import { count } from '../format'
import { Fault, StateMark, TrialLink } from '../parts/bits'
import { axis, colour, Plot, whole } from '../parts/plot'
import { revision, status } from '../state'
import type { Trial, TrialPage } from '../types'

const most = 5
const inks = ['series-1', 'series-2', 'series-3', 'series-4', 'series-5']

// The trainings that are compared, read again when something has ended.
function useTrials(chosen: number[]): Map<number, Trial> {
  const [trials, set] = useState(new Map<number, Trial>())
  const version = revision.value
  useEffect(() => {
    const abort = new AbortController()
    for (const id of chosen)
      get<Trial>(`trials/${id}`, abort.signal).then((trial) => set((old) => new Map(old).set(id, trial)), () => {})
    return () => abort.abort()
  }, [chosen.join(), version])
  return trials
}

function Curves({ trials, value, label }: { trials: Trial[]; value: 1 | 2; label: string }) {
  const data = useMemo<uPlot.AlignedData>(() => {
    const last = Math.max(...trials.map((trial) => trial.epochs.at(-1)?.[0] ?? 0), 0)
    const x = Array.from({ length: last }, (_, i) => i + 1)
    return [x, ...trials.map((trial) => {
      const found = new Map(trial.epochs.map((each) => [each[0], each[value]]))
      return x.map((epoch) => found.get(epoch) ?? null)
    })]
  }, [trials, value])
  return (
    <Plot height={280} data={data} label={`${label} by epoch of ${trials.length} trainings`}
          options={() => ({
            legend: { live: false },
            scales: { x: { time: false } },
            axes: [axis('epoch', { incrs: whole }), axis(label)],
            series: [{ label: 'epoch' }, ...trials.map((trial, i) => ({
              label: trial.sweeps[0]?.name ?? `trial ${trial.trial}`, stroke: colour(inks[i]!), width: 1.75, points: { show: false },
            }))],
          })} />
  )
}

function Comparison({ chosen }: { chosen: number[] }) {
  const all = useTrials(chosen)
  const trials = useMemo(() => chosen.flatMap((id) => all.get(id) ?? []).filter((each) => each.epochs.length > 0), [all, chosen.join()])
  if (chosen.length === 0) return <p class="soft">None is chosen: up to {most} can be.</p>
  if (trials.length === 0) return <p class="soft">No epoch of them is stored yet.</p>
  return (
    <div class="cards wide">
      <article class="card"><h2>Training loss</h2><Curves trials={trials} value={1} label="loss" /></article>
      <article class="card"><h2>Validation signal</h2><Curves trials={trials} value={2} label="what early stopping looks at" /></article>
    </div>
  )
}

export function Training({ sweep }: { sweep: number }) {
  const [text, setText] = useState('')
  const [role, setRole] = useState('segment')
  const [chosen, choose] = useState<number[] | null>(null)
  const query = new URLSearchParams({ role, limit: '60' })
  if (text) query.set('text', text)
  const { data, fault } = useData<TrialPage>(`sweeps/${sweep}/trials?${query}`)
  // At first those that began first: there is something to see at once.
  const started = data?.trials.filter((each) => each.attempts > 0).slice(0, 3).map((each) => each.trial) ?? []
  const now = chosen ?? started
  const toggle = (id: number) => choose(now.includes(id) ? now.filter((each) => each !== id) : [...now, id].slice(-most))
  return (
    <>
      <h1>Training <small>{status.value?.name}</small></h1>
      <p class="lead">Loss, and what early stopping looks at, after each epoch. Choose trainings below to lay their curves over each other.</p>
      <Comparison chosen={now} />
      <section aria-labelledby="trainings">
        <h2 id="trainings">Trainings</h2>
        <div class="filters">
          <label>Name <input type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} /></label>
          <label>Role <select value={role} onChange={(event) => setRole(event.currentTarget.value)}><option value="segment">base nets</option><option value="refine">refiners</option></select></label>
        </div>
        <Fault text={fault} />
        {data?.total === 0 && <p class="soft">No training is like that.</p>}
        <ul class="choices">
          {data?.trials.map((each) => (
            <li key={each.trial}>
              <label><input type="checkbox" checked={now.includes(each.trial)} onChange={() => toggle(each.trial)} /> <span class="hidden">compare</span></label>
              <StateMark state={each.state} /> <TrialLink trial={each.trial}>{each.name}</TrialLink>
            </li>
          ))}
        </ul>
        {data && data.total > 60 && <p class="soft">The first 60 of {count(data.total)}; a part of the name finds the others.</p>}
      </section>
    </>
  )
}
