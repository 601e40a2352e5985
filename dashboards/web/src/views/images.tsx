import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { getBlob, once, useData } from '../api'
import { points } from '../format'
import { Fault } from '../parts/bits'
import { status } from '../state'
import type { ImageRow, Images as Data, Iterations } from '../types'

const page = 20
const orders: Record<string, { title: string; value: (row: ImageRow) => number }> = {
  gain: { title: 'greatest gain first', value: (row) => last(row.dice) - row.dice[0]! },
  loss: { title: 'greatest loss first', value: (row) => row.dice[0]! - last(row.dice) },
  disagreement: { title: 'quality most wrong first', value: (row) => (row.quality.length ? Math.abs(last(row.quality) - last(row.dice)) : 0) },
  worst: { title: 'lowest Dice first', value: (row) => -last(row.dice) },
}
const last = (list: number[]) => list[list.length - 1] ?? 0

// A picture of an artifact: asked for with the token, which an <img> could not have, once it is near.
function Picture({ digest, tensor, index, label }: { digest: string; tensor: string; index: number; label: string }) {
  const box = useRef<HTMLElement>(null)
  const [address, setAddress] = useState('')
  const [fault, setFault] = useState('')
  useEffect(() => {
    const abort = new AbortController()
    let made = ''
    const observer = new IntersectionObserver((seen) => {
      if (!seen.some((each) => each.isIntersecting)) return
      observer.disconnect()
      getBlob(`pictures/${digest}?tensor=${tensor}&index=${index}`, abort.signal)
        .then((blob) => setAddress(made = URL.createObjectURL(blob)), (error: Error) => { if (!abort.signal.aborted) setFault(error.message) })
    }, { rootMargin: '300px' })
    observer.observe(box.current!)
    return () => {
      abort.abort()
      observer.disconnect()
      if (made) URL.revokeObjectURL(made)
    }
  }, [digest, tensor, index])
  return (
    <figure ref={box} class="picture">
      {address ? <img src={address} alt={label} /> : <span class="soft">{fault || '…'}</span>}
      <figcaption>{label}</figcaption>
    </figure>
  )
}

function Course({ row }: { row: ImageRow }) {
  const [wide, high] = [240, 84]
  const all = [...row.dice, ...row.quality]
  const low = Math.min(...all)
  const top = Math.max(...all, low + 0.01)
  const line = (list: number[]) => list.map((each, k) => `${4 + (k * (wide - 8)) / Math.max(row.dice.length - 1, 1)},${high - 6 - ((each - low) * (high - 12)) / (top - low)}`).join(' ')
  return (
    <figure class="course">
      <svg viewBox={`0 0 ${wide} ${high}`} role="img" aria-label={`Dice from ${points(100 * row.dice[0]!)} to ${points(100 * last(row.dice))} after ${row.dice.length - 1} iterations`}>
        <polyline class="curve" points={line(row.dice)} />
        {row.quality.length > 0 && <polyline class="curve told" points={line(row.quality)} />}
      </svg>
      <figcaption>{points(100 * row.dice[0]!)} → <b>{points(100 * last(row.dice))}</b>{row.quality.length > 0 && <span class="soft"> · predicted {points(100 * last(row.quality))}</span>}</figcaption>
    </figure>
  )
}

function Strip({ data, order }: { data: Data; order: string }) {
  const [shown, show] = useState(page)
  const rows = useMemo(() => [...data.images].filter((row) => row.dice.length > 0)
    .sort((a, b) => orders[order]!.value(b) - orders[order]!.value(a)), [data, order])
  return (
    <>
      <ol class="strip">
        {rows.slice(0, shown).map((row) => (
          <li key={row.position}>
            <h2>{row.image || `image ${row.position}`}</h2>
            <Picture digest={data.pack} tensor="images" index={row.position} label="image" />
            <Picture digest={data.pack} tensor="masks" index={row.position} label="truth" />
            {data.masks && <Picture digest={data.masks} tensor="masks" index={row.position} label="base mask" />}
            <Course row={row} />
          </li>
        ))}
      </ol>
      {rows.length > shown && <button type="button" class="quiet" onClick={() => show(shown + page)}>{rows.length - shown} more</button>}
    </>
  )
}

export function Images({ sweep }: { sweep: number }) {
  const curves = useData<Iterations>(`sweeps/${sweep}/iterations`)
  const tests = curves.data?.curves.filter((each) => each.split === 'test') ?? []
  const [chosen, choose] = useState(0)
  const [order, setOrder] = useState('gain')
  const preferred = tests.find((each) => each.net === 'quality') ?? tests[0]
  const trial = tests.some((each) => each.trial === chosen) ? chosen : preferred?.trial ?? 0
  const { data, fault } = useData<Data>(trial ? `trials/${trial}/images` : '', once)
  return (
    <>
      <h1>Images <small>{status.value?.name}</small></h1>
      <p class="lead">Test images of one net: the image, its ground truth, the base mask that refining begins with, and how Dice goes on from there. Masks of later iterations are not stored, only their scores.</p>
      <Fault text={curves.fault || fault} />
      {curves.data && tests.length === 0 && <p class="soft">No net has been evaluated on its test images yet.</p>}
      {tests.length > 0 && (
        <div class="filters">
          <label>Net <select value={String(trial)} onChange={(event) => choose(Number(event.currentTarget.value))}>
            {tests.map((each) => <option key={each.trial} value={String(each.trial)}>{each.dataset}, {each.net}, rotation {each.rotation}, seed {each.seed}</option>)}
          </select></label>
          <label>Order <select value={order} onChange={(event) => setOrder(event.currentTarget.value)}>
            {Object.entries(orders).map(([key, each]) => <option key={key} value={key}>{each.title}</option>)}
          </select></label>
        </div>
      )}
      {data && data.images.some((each) => each.quality.length > 0) && <p class="keys"><span><i class="ink-0" aria-hidden="true" />Dice</span><span><i class="ink-2" aria-hidden="true" />predicted quality</span></p>}
      {data && data.trial === trial && <Strip key={trial} data={data} order={order} />}
    </>
  )
}
