// One image of a film strip: the image, its ground truth, and the mask after each refinement.
import { points, signed } from '../format'
import type { FilmStrip, ImageRow } from '../types'
import { Course } from './course'
import { useOutlines, type Outlines } from './outline'
import { useNear, usePicture } from './picture'

export interface Source { pack: string; masks: string; strip: string; film: FilmStrip | null }

const last = (list: number[]) => list[list.length - 1] ?? 0

interface FrameProps {
  label: string // what it shows, for those who do not see it
  address: string
  fault?: string
  mask?: number // which of the sheet's masks
  masks?: number // of the sheet
  truth?: string // outlines, and how many pixels they are drawn on
  own?: string
  side?: number
}

// A picture of the strip, with outlines over it.
function Frame({ label, address, fault, mask = 0, masks = 1, truth, own, side = 1 }: FrameProps) {
  const style = address ? {
    backgroundImage: `url(${address})`, backgroundSize: `100% ${100 * masks}%`,
    backgroundPosition: masks > 1 ? `0 ${(100 * mask) / (masks - 1)}%` : '0 0',
  } : {}
  return (
    <div class="frame" role="img" aria-label={label} style={style}>
      {!address && <span aria-hidden="true">{fault || '…'}</span>}
      {(truth || own) && (
        <svg viewBox={`0 0 ${side} ${side}`} aria-hidden="true">
          {truth && <path class="of-truth" d={truth} />}
          {own && <path class="of-mask" d={own} />}
        </svg>
      )}
    </div>
  )
}

const titleOf = (k: number) => (k === 0 ? 'base' : `${k}×`)

function Masks({ row, film, sheet, image, truth, outlined }: {
  row: ImageRow; film: FilmStrip; sheet: { address: string; fault: string }; image: string; truth: Outlines | null; outlined: boolean
}) {
  const own = useOutlines(outlined ? sheet.address : '')
  const dices = film.iterations.map((k) => row.dice[k] ?? 0)
  const best = dices.indexOf(Math.max(...dices))
  return (
    <>
      {film.iterations.map((k, at) => {
        const [dice, told] = [100 * (row.dice[k] ?? 0), row.quality[k]]
        const is = at === best
        const words = `${k === 0 ? 'base mask' : `mask after ${k} refinement${k > 1 ? 's' : ''}`}: Dice ${points(dice)}` +
          (told === undefined ? '' : `, predicted ${points(100 * told)}`) + (is ? ', the best' : '')
        return (
          <figure key={k} class={is ? 'best' : ''}>
            {outlined
              ? <Frame label={words} address={image} fault={sheet.fault} truth={truth?.paths[0]} own={own?.paths[at]} side={own?.side ?? truth?.side} />
              : <Frame label={words} address={sheet.address} fault={sheet.fault} mask={at} masks={film.iterations.length} />}
            <figcaption aria-hidden="true"><span>{titleOf(k)}</span> <b>{points(dice)}</b>{told !== undefined && <i>{points(100 * told)}</i>}</figcaption>
          </figure>
        )
      })}
    </>
  )
}

export function Film({ row, source, outlined }: { row: ImageRow; source: Source; outlined: boolean }) {
  const { box, near } = useNear<HTMLLIElement>()
  const kept = source.film?.images.includes(row.position) ?? false
  const image = usePicture(near ? source.pack : '', 'images', row.position)
  const truth = usePicture(near ? source.pack : '', 'masks', row.position)
  const base = usePicture(near && !kept ? source.masks : '', 'masks', row.position)
  const sheet = usePicture(near && kept ? source.strip : '', 'sheets', row.position)
  const outlines = useOutlines(outlined && kept ? truth.address : '')
  const name = row.image || `image ${row.position}`
  return (
    <li ref={box}>
      <header>
        <h2>{name}</h2>
        <p>{points(100 * row.dice[0]!)} → <b>{points(100 * last(row.dice))}</b> <span class="soft">({signed(100 * (last(row.dice) - row.dice[0]!))})</span></p>
        <Course row={row} />
      </header>
      <div class="film" role="group" tabIndex={0} aria-label={`Film strip of ${name}`}>
        <figure class="fixed"><Frame label="image" address={image.address} fault={image.fault} /><figcaption aria-hidden="true">image</figcaption></figure>
        <figure class="fixed"><Frame label="truth" address={truth.address} fault={truth.fault} /><figcaption aria-hidden="true">truth</figcaption></figure>
        {kept
          ? <Masks row={row} film={source.film!} sheet={sheet} image={image.address} truth={outlines} outlined={outlined} />
          : source.masks && <figure><Frame label={`base mask: Dice ${points(100 * row.dice[0]!)}`} address={base.address} fault={base.fault} /><figcaption aria-hidden="true"><span>base</span> <b>{points(100 * row.dice[0]!)}</b>{row.quality.length > 0 && <i>{points(100 * row.quality[0]!)}</i>}</figcaption></figure>}
      </div>
    </li>
  )
}
