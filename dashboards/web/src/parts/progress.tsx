import { count, counted, duration, percent, stateMeaning, stateWords } from '../format'
import { status } from '../state'
import { TrialLink } from './bits'
import type { Demand, State, SweepStatus } from '../types'

const order: State[] = ['done', 'leased', 'waiting', 'held', 'collapsed', 'diverged', 'failed', 'blocked', 'pruned']

export function StateBar({ of, onPick, picked }: {
  of: SweepStatus; onPick: (state: string) => void; picked: string
}) {
  const present = order.filter((state) => of.states[state] > 0)
  return (
    <>
      <div class="bar" role="img" aria-label={present.map((state) => `${of.states[state]} ${stateWords[state]}`).join(', ')}>
        {present.map((state) => <i key={state} class={`fill-${state}`} style={{ flexGrow: of.states[state] }} />)}
      </div>
      <div class="legend" role="group" aria-label="States: choose one to see its trials">
        {present.map((state) => (
          <button key={state} type="button" aria-pressed={picked === state} title={stateMeaning[state]}
                  onClick={() => onPick(picked === state ? '' : state)}>
            <i class={`fill-${state}`} aria-hidden="true" /><b>{count(of.states[state])}</b> {stateWords[state]}
          </button>
        ))}
      </div>
    </>
  )
}

function ending(of: SweepStatus, lost: number): string {
  if (of.state === 'cancelled') return 'cancelled'
  return lost > 0 ? `ended, ${count(lost)} without a result` : 'finished'
}

export function Figures({ of }: { of: SweepStatus }) {
  const { total, done } = of.image_steps
  const lost = of.states.failed + of.states.diverged + of.states.blocked
  const share = of.finished && of.state !== 'cancelled' && lost === 0 ? 1 : total > 0 ? done / total : 0
  return (
    <dl class="figures">
      <div><dt>Work done</dt><dd>{percent(share)}</dd></div>
      <div><dt>Time left</dt><dd>{of.finished ? ending(of, lost) : of.seconds_left === null ? 'unknown' : duration(of.seconds_left)}</dd></div>
      <div><dt>Running</dt><dd>{count(of.states.leased)}</dd></div>
      <div><dt>Images / s</dt><dd>{of.images_per_second > 0 ? count(of.images_per_second) : '–'}</dd></div>
      <div><dt>Trials</dt><dd>{count(of.trials)}</dd></div>
    </dl>
  )
}

function demandWords(of: Demand): string {
  const words = [counted(of.threads, 'thread'), of.precision]
  if (of.ranks > 1) words.push(`a team of ${of.ranks}`)
  if (of.device !== 'cpu') words.push(`a GPU${of.memory_mib > 0 ? ` with ${count(of.memory_mib)} MiB` : ''}`)
  return words.join(', ')
}

function Disagreements({ of }: { of: SweepStatus }) {
  if (of.disagreements.length === 0) return null
  return (
    <div class="notice bad" role="alert">
      <p>Run again on an equal processor, these gave other results. One of the machines may compute wrongly (see hone doctor):</p>
      <ul>
        {of.disagreements.slice(0, 8).map((each) => (
          <li key={`${each.trial}-${each.attempt}-${each.other}`}>
            <TrialLink trial={each.trial}>{each.name}</TrialLink>: attempt {each.attempt} on {each.host} and {each.other} on {each.other_host} differ
            in {counted(each.rows, 'row')} and {counted(each.epochs, 'epoch')}
          </li>
        ))}
      </ul>
    </div>
  )
}

export function Notices() {
  const of = status.value
  if (!of) return null
  const wants = of.starved
  return (
    <>
      {of.state !== 'active' && <p class="notice">This sweep is {of.state}. {of.state === 'paused' ? 'hone resume' : 'Submitting it again'} lets it go on.</p>}
      {wants && (
        <div class="notice">
          <p>{counted(wants.trials, 'trial')} could start, but no connected worker can do them:</p>
          <ul>{wants.demands.map((each) => <li key={JSON.stringify(each)}>{counted(each.trials, 'trial')}: {demandWords(each)}</li>)}</ul>
        </div>
      )}
      <Disagreements of={of} />
    </>
  )
}
