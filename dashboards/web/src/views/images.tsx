import type { ComponentChildren } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { once, useData } from '../api'
import { counted } from '../format'
import { Fault } from '../parts/bits'
import { Film, type Source } from '../parts/film'
import { revision, status } from '../state'
import type { FilmStrip, ImageRow, Images as Data, Iterations } from '../types'

const page = 20
const last = (list: number[]) => list[list.length - 1] ?? 0
const disagreement = (row: ImageRow) => (row.quality.length ? Math.abs(last(row.quality) - last(row.dice)) : 1 - last(row.agreement))
const orders: Record<string, { title: string; value: (row: ImageRow) => number }> = {
  gain: { title: 'greatest gain first', value: (row) => last(row.dice) - row.dice[0]! },
  loss: { title: 'greatest loss first', value: (row) => row.dice[0]! - last(row.dice) },
  disagreement: { title: 'most disagreement first', value: disagreement },
  worst: { title: 'lowest Dice first', value: (row) => -last(row.dice) },
}

// Why there are no masks of iterations, and what would bring them.
function Lacking({ data, fault, sweep }: { data: Data; fault: string; sweep: number }) {
  const { digest, removed, limit } = data.film_strip
  if (digest && !fault) return null
  const again = <code class="whole">hone retry {sweep} --film-strips</code>
  return (
    <p class="notice">
      {digest
        ? <>The masks of this net’s iterations are not where this coordinator looks ({fault}). They lie in the folder <code>artifacts</code> of the state folder: put it beside the file that is shown.</>
        : limit === 0
          ? <>This sweep keeps no masks of iterations (<code>record.film_strip</code> is 0). Submit it with <code>-S record.film_strip=24</code>, then <code class="whole">hone retry --film-strips</code> has them made from stored weights.</>
          : <>The masks of this net’s iterations {removed ? 'were removed' : 'were not kept when it was evaluated'}. {again} has them made from stored weights; its numbers are missing until a worker is done with it.</>}
      {' '}Until then the base mask alone is shown.
    </p>
  )
}

function Keys({ outlined, told }: { outlined: boolean; told: boolean }) {
  return (
    <p class="keys">
      <span><b class="sample">Dice × 100</b> of the mask, the best framed</span>
      {told && <span><i class="sample">predicted quality × 100</i> below it</span>}
      {outlined && <span><i class="stroke of-truth" aria-hidden="true" />ground truth</span>}
      {outlined && <span><i class="stroke of-mask" aria-hidden="true" />mask</span>}
    </p>
  )
}

function Strip({ data, sweep, net }: { data: Data; sweep: number; net: ComponentChildren }) {
  const digest = data.film_strip.digest ?? ''
  const strip = useData<FilmStrip>(digest ? `film-strips/${digest}` : '', once)
  const [order, setOrder] = useState('gain')
  const [everyone, setEveryone] = useState(false)
  const [outlined, setOutlined] = useState(false)
  const [shown, show] = useState(page)
  const film = strip.data
  const rows = useMemo(() => data.images
    .filter((row) => row.dice.length > 0 && (everyone || !film || film.images.includes(row.position)))
    .sort((a, b) => orders[order]!.value(b) - orders[order]!.value(a)), [data, order, everyone, film])
  if (digest && !film && !strip.fault) return <><div class="filters">{net}</div><p class="loading">Reading …</p></>
  const source: Source = { pack: data.pack, masks: data.masks ?? '', strip: digest, film }
  const told = data.images.some((row) => row.quality.length > 0)
  return (
    <>
      <div class="filters">
        {net}
        <label>Order <select value={order} onChange={(event) => setOrder(event.currentTarget.value)}>
          {Object.entries(orders).map(([key, each]) => <option key={key} value={key}>{each.title}</option>)}
        </select></label>
        {film && film.images.length < data.images.length && <label>Show <select value={everyone ? 'all' : 'kept'} onChange={(event) => setEveryone(event.currentTarget.value === 'all')}>
          <option value="kept">the {film.images.length} images whose masks were kept</option>
          <option value="all">all {counted(data.images.length, 'test image')}</option>
        </select></label>}
        {film && <label><input type="checkbox" checked={outlined} onChange={(event) => setOutlined(event.currentTarget.checked)} /> Outlines over the image</label>}
      </div>
      <Lacking data={data} fault={strip.fault} sweep={sweep} />
      <Keys outlined={outlined && film !== null} told={told} />
      <ol class="strip">{rows.slice(0, shown).map((row) => <Film key={row.position} row={row} source={source} outlined={outlined} />)}</ol>
      {rows.length > shown && <button type="button" class="quiet" onClick={() => show(shown + page)}>{rows.length - shown} more</button>}
      {order === 'disagreement' && <p class="hint">Disagreement: how far {told ? 'the predicted quality of the last mask is from its Dice' : 'the last mask is from what the net would make of it'}.</p>}
    </>
  )
}

export function Images({ sweep }: { sweep: number }) {
  const curves = useData<Iterations>(`sweeps/${sweep}/iterations`)
  const tests = curves.data?.curves.filter((each) => each.split === 'test') ?? []
  const [chosen, choose] = useState(0)
  const preferred = tests.find((each) => each.net === 'quality') ?? tests[0]
  const trial = tests.some((each) => each.trial === chosen) ? chosen : preferred?.trial ?? 0
  const [lacks, note] = useState(false)  // masks, which may come while one looks
  const { data, fault } = useData<Data>(trial ? `trials/${trial}/images` : '', lacks ? revision : once)
  useEffect(() => note(data !== null && data.film_strip.digest === null), [data])
  const net = (
    <label>Net <select value={String(trial)} onChange={(event) => choose(Number(event.currentTarget.value))}>
      {tests.map((each) => <option key={each.trial} value={String(each.trial)}>{each.dataset}, {each.net}, rotation {each.rotation}, seed {each.seed}</option>)}
    </select></label>
  )
  return (
    <>
      <h1>Images <small>{status.value?.name}</small></h1>
      <p class="lead">Test images of one net: the image, its ground truth, the base mask that refining begins with, and the mask after each refinement.</p>
      <Fault text={curves.fault || fault} />
      {curves.data && tests.length === 0 && <p class="soft">No net has been evaluated on its test images yet. Film strips come as soon as the first refinement net is.</p>}
      {tests.length > 0 && (data && data.trial === trial
        ? <Strip key={trial} data={data} sweep={sweep} net={net} />
        : <><div class="filters">{net}</div>{!fault && <p class="loading">Reading …</p>}</>)}
    </>
  )
}
