import { useState } from 'preact/hooks'
import { once, useData } from '../api'
import { count } from '../format'
import { MatrixView } from '../parts/matrix'
import { StateMark, TrialLink, Fault } from '../parts/bits'
import { Figures, Notices, StateBar } from '../parts/progress'
import { TrialList } from '../parts/trial-list'
import { status, sweeps } from '../state'
import type { Matrix, SweepStatus } from '../types'

function RunningNow({ of }: { of: SweepStatus }) {
  if (of.running.length === 0) return null
  return (
    <section aria-labelledby="running">
      <h2 id="running">Running now</h2>
      <ul class="running">
        {of.running.slice(0, 40).map((each) => (
          <li key={each.trial}>
            <TrialLink trial={each.trial}>{each.name}</TrialLink>
            {each.epochs ? (
              <>
                <progress max={each.epochs} value={each.epoch} aria-label={`epoch of ${each.name}`} />
                <span class="soft number">epoch {each.epoch} of ≤ {each.epochs} · {count(each.images_per_second ?? 0)} images/s</span>
              </>
            ) : <span class="soft">started</span>}
          </li>
        ))}
      </ul>
      {of.running.length > 40 && <p class="soft">and {count(of.running.length - 40)} more</p>}
    </section>
  )
}

function Troubles({ of }: { of: SweepStatus }) {
  if (of.troubled.length === 0) return null
  return (
    <section aria-labelledby="troubles">
      <h2 id="troubles">What went wrong</h2>
      <ul class="troubles">
        {of.troubled.slice(0, 8).map((each) => (
          <li key={each.trial}>
            <StateMark state={each.state} /> <TrialLink trial={each.trial}>{each.name}</TrialLink>
            {each.reason && <p class="words">{each.reason}</p>}
          </li>
        ))}
      </ul>
      {of.troubled.length > 8 && <p class="soft">And more: choose a state above to see all of them below.</p>}
    </section>
  )
}

export function Sweep({ sweep }: { sweep: number }) {
  const [state, setState] = useState('')
  const matrix = useData<Matrix>(`sweeps/${sweep}/matrix`, once)
  const of = status.value?.sweep === sweep ? status.value : null
  const line = sweeps.value?.find((each) => each.sweep === sweep)
  const datasets = [...new Set(matrix.data?.rows.map((row) => row.dataset) ?? [])]
  return (
    <>
      <h1>{line?.name} <small>sweep {sweep}</small></h1>
      {of ? (
        <>
          <Notices />
          <Figures of={of} />
          <StateBar of={of} picked={state} onPick={setState} />
          <Troubles of={of} />
          <RunningNow of={of} />
        </>
      ) : <p class="loading">Counting {count(line?.trials ?? 0)} trials …</p>}
      <section aria-labelledby="matrix">
        <h2 id="matrix">Every trial</h2>
        <Fault text={matrix.fault} />
        {matrix.data ? <MatrixView matrix={matrix.data} highlight={state} /> : <p class="loading">Laying out {count(line?.trials ?? 0)} trials …</p>}
      </section>
      <TrialList sweep={sweep} datasets={datasets} state={state} onState={setState} />
    </>
  )
}
