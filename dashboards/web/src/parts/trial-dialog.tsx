import { useData } from '../api'
import { count, counted, duration, moment, points } from '../format'
import { motion, place } from '../state'
import type { Attempt, Neighbour, Trial } from '../types'
import { CopyButton, Fault, StateMark, TrialLink } from './bits'
import { Dialog } from './dialog'
import { LossCurve } from './loss-curve'

function Neighbours({ title, list }: { title: string; list: Neighbour[] }) {
  if (list.length === 0) return null
  return (
    <details>
      <summary>{title} ({count(list.length)}{list.length === 200 ? ', the first' : ''})</summary>
      <ul class="plain">
        {list.map((each) => (
          <li key={each.trial + each.input}>
            <StateMark state={each.state} /> <TrialLink trial={each.trial}>{each.name || `trial ${each.trial}`}</TrialLink>
            {each.artifact && <span class="soft"> · {each.artifact}</span>}
          </li>
        ))}
      </ul>
    </details>
  )
}

function seconds(of: Attempt): string {
  return of.ended ? duration((Date.parse(of.ended) - Date.parse(of.started)) / 1000) : 'still running'
}

function Attempts({ list }: { list: Attempt[] }) {
  if (list.length === 0) return <p class="soft">No worker has had it yet.</p>
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Attempts">
      <table class="data">
        <thead><tr><th>#</th><th>State</th><th>Host</th><th>Device</th><th>Started</th><th>Took</th></tr></thead>
        <tbody>
          {list.map((each) => (
            <tr key={each.attempt}>
              <td>{each.attempt}</td><td><StateMark state={each.state} /></td><td>{each.host}</td><td>{each.device}</td>
              <td>{moment(each.started)}</td><td>{seconds(each)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {list.filter((each) => each.reason).map((each) => (
        <p key={each.attempt} class="words">Attempt {each.attempt}: {each.reason}</p>
      ))}
    </div>
  )
}

function Scores({ trial }: { trial: Trial }) {
  if (trial.scores.length === 0) return null
  const splits = [...new Set(trial.scores.map((each) => each.split))]
  const iterations = [...new Set(trial.scores.map((each) => each.iteration))].sort((a, b) => a - b)
  return (
    <>
      <h3>Mean Dice × 100</h3>
      <div class="scroll" tabIndex={0} role="region" aria-label="Mean Dice">
        <table class="data numbers">
          <thead><tr><th>Iteration</th>{iterations.map((k) => <th key={k}>{k}</th>)}</tr></thead>
          <tbody>
            {splits.map((split) => (
              <tr key={split}>
                <th scope="row">{split}</th>
                {iterations.map((k) => {
                  const found = trial.scores.find((each) => each.split === split && each.iteration === k)
                  return <td key={k}>{found ? points(100 * found.dice) : ''}</td>
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

function Body({ trial }: { trial: Trial }) {
  const accepted = trial.attempts.find((each) => each.attempt === trial.accepted)
  return (
    <>
      <p><StateMark state={trial.state} /> <span class="soft">{trial.role} · {counted(trial.image_steps, 'image step')} at most</span></p>
      {trial.reason && <p class="words">{trial.reason}</p>}
      {trial.resolved && <p>Its parameters are chosen: it became <TrialLink trial={trial.resolved} />.</p>}
      {trial.standing && <p>Epoch {trial.standing.epoch} of at most {trial.standing.epochs}, {count(trial.standing.images_per_second)} images/s</p>}
      {trial.epochs.length > 1 && <LossCurve epochs={trial.epochs} />}
      <Scores trial={trial} />
      <h3>Attempts</h3>
      <Attempts list={trial.attempts} />
      {accepted?.summary && Object.keys(accepted.summary).length > 0 && (
        <details>
          <summary>What the trainer said of it</summary>
          <dl class="pairs">
            {Object.entries(accepted.summary).map(([key, value]) => (
              <div key={key}><dt>{key.replaceAll('_', ' ')}</dt><dd>{typeof value === 'number' && !Number.isInteger(value) ? value.toPrecision(5) : String(value)}</dd></div>
            ))}
          </dl>
        </details>
      )}
      <Neighbours title="Needs" list={trial.needs} />
      <Neighbours title="Needed by" list={trial.needed_by} />
      {trial.outputs.length > 0 && (
        <details>
          <summary>Files ({trial.outputs.length})</summary>
          <ul class="plain">
            {trial.outputs.map((each) => (
              <li key={each.attempt + each.name}>{each.name} <code>{each.sha256.slice(0, 16)}</code>
                {each.discarded && <span class="soft"> · let go {moment(each.discarded)}</span>}</li>
            ))}
          </ul>
        </details>
      )}
      <details>
        <summary>Spec</summary>
        <CopyButton label="Copy" text={() => JSON.stringify(trial.spec, null, 2)} />
        <pre tabIndex={0}>{JSON.stringify(trial.spec, null, 2)}</pre>
      </details>
      <p class="soft">Identity <code>{trial.identity.slice(0, 16)}…</code> <CopyButton label="Copy" text={() => trial.identity} /></p>
    </>
  )
}

export function TrialDialog() {
  const id = place.value.query.get('trial') ?? ''
  const { data, fault } = useData<Trial>(id && `trials/${encodeURIComponent(id)}`, motion)
  if (!id) return null
  const name = data?.sweeps[0]?.name
  return (
    <Dialog title={name ? `${name}` : `Trial ${id}`}>
      <Fault text={fault} />
      {data && String(data.trial) === id ? <Body trial={data} /> : !fault && <p class="loading">Reading …</p>}
    </Dialog>
  )
}
