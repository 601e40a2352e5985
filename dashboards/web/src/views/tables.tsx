import { getText, useData } from '../api'
import { columnTitle, counted, interval, points, probability, signed } from '../format'
import { CopyButton, Fault, TrialLink } from '../parts/bits'
import { linkTo, status } from '../state'
import type { Choices, Contrast, ResultCell, ResultRow, Results } from '../types'

const titles: Record<string, string> = {
  I: 'Table I: hyperparameters', lambda: 'The choice of λ', II: 'Table II: refinement, test Dice × 100',
  III: 'Table III: self-refinement, test Dice × 100 (iteration)', variants: 'Comparators and controls, test Dice × 100',
  folds: 'Score by inner fold, validation Dice × 100',
}

function why(cell: ResultCell): string {
  if (cell.collapsed > 0) return 'collapsed'
  if (cell.diverged > 0) return 'diverged'
  return status.value?.finished ? 'missing' : 'waiting'
}

function iterations(cell: ResultCell): string {
  if (cell.iteration === null) return ''
  return cell.iteration === cell.last_iteration ? ` (${cell.iteration})` : ` (${cell.iteration}–${cell.last_iteration})`
}

function CellView({ cell, table, row }: { cell: ResultCell; table: string; row: ResultRow }) {
  const name = [table, row.dataset, ...(row.variant ? [row.variant] : []), cell.column].join(':')
  const searched = cell.column.includes('validation') || cell.column.includes('best')
  return (
    <td class={cell.best ? 'best' : undefined}>
      <a class="cell" href={linkTo({ query: { cell: name } })} title={cell.missing[0] ?? 'What is behind it'}>
        {cell.dice === null ? <span class="soft">{why(cell)}</span> : (
          <>
            <b>{points(cell.dice)}</b>{searched && <span class="soft">{iterations(cell)}</span>}
            {cell.best && <span class="hidden"> best of the row</span>}
          </>
        )}
        {cell.interval && <span class="under">{interval(cell.interval)}</span>}
        {cell.paper !== null && (
          <span class="under paper">paper {points(cell.paper)}{cell.difference !== null && <em> {signed(cell.difference)}</em>}</span>
        )}
      </a>
    </td>
  )
}

function rowNotes(row: ResultRow): string[] {
  const notes = [row.settings]
  if (row.lambdas.length) notes.push(`λ chosen: ${row.lambdas.join(', ')}`)
  if (row.steps.length) notes.push(`n chosen: ${row.steps.join(', ')}`)
  notes.push(`${counted(row.dataset_images, 'image')}, ${counted(row.rotations, 'rotation')}, ${counted(row.seeds.length, 'seed')}, ${counted(row.trainings, 'training')}`)
  if (row.collapsed) notes.push(`${counted(row.collapsed, 'training')} collapsed`)
  if (row.diverged) notes.push(`${counted(row.diverged, 'training')} diverged`)
  if (row.constant_mask_dice !== null) notes.push(`the best constant mask has ${points(row.constant_mask_dice)}`)
  return notes.filter(Boolean)
}

function Contrasts({ list }: { list: Contrast[] }) {
  const rows = list.flatMap((contrast) => contrast.rows.map((row) => ({ ...row, name: contrast.name })))
  if (rows.length === 0) return null
  return (
    <>
      <h3>Declared contrasts, in points</h3>
      <div class="scroll" tabIndex={0} role="region" aria-label="Contrasts">
        <table class="data numbers">
          <thead><tr><th class="text">Contrast</th><th class="text">Data set</th><th>Difference</th><th>95 % interval</th><th>Wilcoxon p</th><th>Holm</th><th>Images</th></tr></thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name + row.dataset}>
                <td class="text whole">{row.name.replace(' - ', ' − ')}</td><td class="text">{row.dataset}</td><td>{signed(row.difference)}</td>
                <td>{row.interval ? interval(row.interval) : '–'}</td><td>{probability(row.wilcoxon_p)}</td>
                <td>{probability(row.holm_p)}</td><td>{row.images}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

function ResultTable({ results }: { results: Results }) {
  const columns = results.rows[0]?.cells.map((cell) => cell.column) ?? []
  const variants = results.table === 'variants'
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label={`Numbers of ${titles[results.table]}`}>
        <table class="results">
          <thead><tr><th>Data set</th>{variants && <th>Row</th>}{columns.map((column) => <th key={column}>{columnTitle(column)}</th>)}</tr></thead>
          <tbody>
            {results.rows.map((row) => (
              <tr key={row.dataset + row.variant}>
                <th scope="row">{row.dataset}{row.synthetic && <span class="under">synthetic</span>}</th>
                {variants && <td class="text">{row.variant}{row.same_as && <span class="under">the same net as {row.same_as}</span>}<span class="under">{row.variant_settings}</span></td>}
                {row.cells.map((cell) => <CellView key={cell.column} cell={cell} table={results.table} row={row} />)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <details class="notes">
        <summary>How these numbers were made</summary>
        {results.rows.map((row) => (
          <p key={row.dataset + row.variant}><b>{row.dataset}{row.variant && `, ${row.variant}`}</b>: {rowNotes(row).join(' · ')}</p>
        ))}
      </details>
      <Contrasts list={results.contrasts} />
    </>
  )
}

function ChoiceTable({ choices }: { choices: Choices }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`Candidates of ${titles[choices.table === "lambda" ? "lambda" : "I"]}`}>
      <table class="data numbers">
        <thead><tr><th>Data set</th><th>Rotation</th><th>Seed</th><th class="text">Candidate</th><th>Validation Dice × 100</th><th>Trials</th><th class="text">Standing</th></tr></thead>
        <tbody>
          {choices.rows.flatMap((row) => row.candidates.map((each) => (
            <tr key={`${row.dataset}/${row.rotation}/${row.seed}/${each.setting}`} class={each.chosen ? 'chosen' : undefined}>
              <td class="text">{row.dataset}</td><td>{row.rotation}</td><td>{row.seed}</td><td class="text">{each.setting}</td>
              <td>{each.score === null ? '–' : points(each.score)}</td><td>{each.trials}</td>
              <td class="text">{each.chosen ? (row.edge ? 'chosen, at the edge of the grid' : 'chosen') : each.pruned ? `pruned at rung ${each.pruned.rung}` : ''}</td>
            </tr>
          )))}
        </tbody>
      </table>
    </div>
  )
}

function OneTable({ sweep, name }: { sweep: number; name: string }) {
  const path = `sweeps/${sweep}/tables/${name}`
  const { data, fault } = useData<Results | Choices>(path)
  const copy = (format: string) => () => getText(`${path}?format=${format}`)
  return (
    <section class="table" aria-labelledby={`table-${name}`}>
      <header>
        <h2 id={`table-${name}`}>{titles[name] ?? name}</h2>
        {data && !data.complete && <span class="mark mark-leased"><i aria-hidden="true" />not complete</span>}
        <span class="grow" />
        <span class="row" role="group" aria-label="Copy the table">
          <CopyButton label="LaTeX" text={copy('latex')} />
          <CopyButton label="Markdown" text={copy('markdown')} />
          <CopyButton label="CSV" text={copy('csv')} />
        </span>
      </header>
      <Fault text={fault} />
      {data?.schema === 'hone.results.v1' && <ResultTable results={data} />}
      {data?.schema === 'hone.choices.v1' && <ChoiceTable choices={data} />}
      {!data && !fault && <p class="loading">Reading …</p>}
    </section>
  )
}

export function Tables({ sweep }: { sweep: number }) {
  const of = status.value
  if (!of || of.sweep !== sweep) return <p class="loading">Reading the sweep …</p>
  const names = (of.tables ?? []).filter((name) => name in titles)
  return (
    <>
      <h1>Tables <small>{of.name}</small></h1>
      <p class="lead">Beside each number of ours its 95 % interval and what the paper prints. Choose a number to see what is behind it.</p>
      {of.running.length > 0 && <p class="soft">{counted(of.running.length, 'trial')} running, e.g. <TrialLink trial={of.running[0]!.trial}>{of.running[0]!.name}</TrialLink>: the numbers follow by themselves.</p>}
      {names.map((name) => <OneTable key={name} sweep={sweep} name={name} />)}
      {names.length === 0 && <p class="soft">This sweep's experiment asks for no table.</p>}
    </>
  )
}
