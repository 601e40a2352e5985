import { useData } from '../api'
import { columnTitle, count, interval, points } from '../format'
import { currentSweep, place, status } from '../state'
import type { Cell } from '../types'
import { CopyButton, Fault, StateMark, TrialLink } from './bits'
import { Dialog } from './dialog'

function Parts({ cell }: { cell: Cell }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Parts of the number">
      <table class="data numbers">
        <thead><tr><th>Rotation</th><th>Seed</th><th>Trial</th><th>Iteration</th><th>Images</th><th>Dice × 100</th></tr></thead>
        <tbody>
          {cell.parts.map((part) => (
            <tr key={`${part.rotation}/${part.seed}`}>
              <td>{part.rotation}</td><td>{part.seed}</td>
              <td>{part.trial === null ? '–' : <TrialLink trial={part.trial}>{part.trial}</TrialLink>}</td>
              <td title={part.why}>{part.iteration ?? '–'}</td><td>{count(part.rows)}</td>
              <td>{part.mean === null ? '–' : points(part.mean)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Choices({ cell }: { cell: Cell }) {
  if (cell.choices.length === 0) return null
  return (
    <>
      <h3>Choices that led here</h3>
      {cell.choices.map((choice) => (
        <details key={choice.trial}>
          <summary>{choice.name}, rotation {choice.rotation}, seed {choice.seed}
            {' '}→ {choice.candidates.find((each) => each.chosen)?.setting ?? 'open'}</summary>
          <ul class="plain">
            {choice.candidates.map((each) => (
              <li key={each.setting}>{each.setting}: {each.score === null ? 'no score' : points(each.score)}{each.chosen && <strong> · chosen</strong>}</li>
            ))}
          </ul>
        </details>
      ))}
    </>
  )
}

function Trials({ cell }: { cell: Cell }) {
  const code = new Set(cell.trials.flatMap((each) => each.attempts.filter((a) => a.accepted).map((a) => `${a.code}, ${a.library}`)))
  code.delete(', ')
  return (
    <>
      <h3>All that it rests on</h3>
      {code.size > 0 && <p class="soft">Computed by {[...code].join(' and by ')}</p>}
      <ul class="plain">
        {cell.trials.map((each) => (
          <li key={each.trial}><StateMark state={each.state} /> <TrialLink trial={each.trial}>{each.name || `trial ${each.trial}`}</TrialLink></li>
        ))}
      </ul>
      {cell.packs.map((pack) => (
        <p key={pack.sha256} class="soft">Data: {pack.dataset}, {count(pack.images)} images of {pack.image_size}×{pack.image_size}
          {pack.synthetic && ', synthetic'}, <code>{pack.sha256.slice(0, 16)}</code></p>
      ))}
    </>
  )
}

function Body({ cell }: { cell: Cell }) {
  const command = `hone explain '${cell.cell}' ${currentSweep.value}`
  return (
    <>
      <p class="figure">
        {cell.dice === null ? <span class="soft">no number</span> : <strong>{points(cell.dice)}</strong>}
        {cell.interval && <span> 95 % {interval(cell.interval)}</span>}
        {cell.paper !== null && <span class="soft"> paper {points(cell.paper)}</span>}
      </p>
      {cell.missing.length > 0 && <><h3>{status.value?.finished ? 'What it lacks' : 'It waits for'}</h3><ul class="plain">{cell.missing.map((each) => <li key={each}>{each}</li>)}</ul></>}
      <h3>Parts</h3>
      <Parts cell={cell} />
      <Choices cell={cell} />
      <Trials cell={cell} />
      <h3>Again, elsewhere</h3>
      <p class="row"><code>{command}</code> <CopyButton label="Copy" text={() => command} /></p>
      {cell.sql && (
        <details>
          <summary>The number as a query on the rows</summary>
          <CopyButton label="Copy" text={() => cell.sql} />
          <pre tabIndex={0}>{cell.sql}</pre>
        </details>
      )}
    </>
  )
}

export function CellDialog() {
  const name = place.value.query.get('cell') ?? ''
  const { data, fault } = useData<Cell>(name && `sweeps/${currentSweep.value}/cell?name=${encodeURIComponent(name)}`)
  if (!name || place.value.query.get('trial')) return null
  const words = name.split(':')
  const column = words.pop() ?? ''
  return (
    <Dialog title={`${words.slice(1).join(', ')}: ${columnTitle(column)}`}>
      <Fault text={fault} />
      {data && data.cell === name ? <Body cell={data} /> : !fault && <p class="loading">Reading …</p>}
    </Dialog>
  )
}
