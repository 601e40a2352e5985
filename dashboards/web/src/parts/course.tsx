// How Dice and the predicted quality of one image go on from refinement to refinement.
import { points } from '../format'
import type { ImageRow } from '../types'

export function Course({ row }: { row: ImageRow }) {
  const [wide, high] = [160, 32]
  const all = [...row.dice, ...row.quality]
  const low = Math.min(...all)
  const top = Math.max(...all, low + 0.01)
  const line = (list: number[]) => list.map((each, k) => `${2 + (k * (wide - 4)) / Math.max(row.dice.length - 1, 1)},${high - 3 - ((each - low) * (high - 6)) / (top - low)}`).join(' ')
  return (
    <svg class="course" viewBox={`0 0 ${wide} ${high}`} role="img"
      aria-label={`Dice by refinement, from ${points(100 * row.dice[0]!)} to ${points(100 * row.dice[row.dice.length - 1]!)} after ${row.dice.length - 1}`}>
      {row.quality.length > 0 && <polyline class="curve told" points={line(row.quality)} />}
      <polyline class="curve" points={line(row.dice)} />
    </svg>
  )
}
