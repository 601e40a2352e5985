import { useEffect, useState } from 'preact/hooks'
import { useData } from '../api'
import { count } from '../format'
import { motion } from '../state'
import type { TrialPage } from '../types'
import { Fault, StateMark, TrialLink, Parted } from './bits'

const page = 50
const roles = ['segment', 'deform', 'refine', 'evaluate', 'select']

export function TrialList({ sweep, datasets, state, onState }: {
  sweep: number; datasets: string[]; state: string; onState: (state: string) => void
}) {
  const [text, setText] = useState('')
  const [role, setRole] = useState('')
  const [dataset, setDataset] = useState('')
  const [offset, setOffset] = useState(0)
  useEffect(() => setOffset(0), [sweep, state]) // both are chosen elsewhere too
  const query = new URLSearchParams({ limit: String(page), offset: String(offset) })
  for (const [key, value] of Object.entries({ text, role, dataset, state })) if (value) query.set(key, value)
  const { data, fault } = useData<TrialPage>(`sweeps/${sweep}/trials?${query}`, motion)
  const change = (set: (value: string) => void) => (event: { currentTarget: { value: string } }) => {
    set(event.currentTarget.value)
    setOffset(0)
  }
  const states = ['waiting', 'leased', 'done', 'collapsed', 'diverged', 'failed', 'blocked', 'held', 'pruned']
  return (
    <section aria-labelledby="trials">
      <h2 id="trials">Trials</h2>
      <div class="filters">
        <label>Name <input type="search" value={text} placeholder="lambda=0.3" onInput={change(setText)} /></label>
        <label>Role <select value={role} onChange={change(setRole)}><option value="">any</option>{roles.map((each) => <option key={each}>{each}</option>)}</select></label>
        <label>State <select value={state} onChange={change(onState)}><option value="">any</option>{states.map((each) => <option key={each} value={each}>{each === 'leased' ? 'running' : each}</option>)}</select></label>
        {datasets.length > 1 && <label>Data set <select value={dataset} onChange={change(setDataset)}><option value="">any</option>{datasets.map((each) => <option key={each}>{each}</option>)}</select></label>}
      </div>
      <Fault text={fault} />
      {data && <Page data={data} onOffset={setOffset} />}
    </section>
  )
}

function Page({ data, onOffset }: { data: TrialPage; onOffset: (offset: number) => void }) {
  if (data.total === 0) return <p class="soft">No trial is like that.</p>
  const last = Math.min(data.offset + page, data.total)
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="Page of trials">
        <table class="data">
          <thead><tr><th>Trial</th><th>State</th><th>Name</th><th>Attempts</th></tr></thead>
          <tbody>
            {data.trials.map((each) => (
              <tr key={each.trial}>
                <td class="number">{each.trial}</td>
                <td><StateMark state={each.state} /></td>
                <td class="long"><TrialLink trial={each.trial}><Parted name={each.name} /></TrialLink>{each.reason && <div class="words">{each.reason}</div>}</td>
                <td class="number">{each.attempts}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="pager">
        <button type="button" class="small" disabled={data.offset === 0} onClick={() => onOffset(Math.max(0, data.offset - page))}>Previous</button>
        <span>{count(data.offset + 1)}–{count(last)} of <b>{count(data.total)}</b></span>
        <button type="button" class="small" disabled={last >= data.total} onClick={() => onOffset(data.offset + page)}>Next</button>
      </p>
    </>
  )
}
