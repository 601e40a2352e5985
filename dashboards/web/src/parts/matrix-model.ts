// The places of a sweep as rows and columns, for drawing.
import type { Matrix, State } from '../types'

export interface Column { step: string; label: string; group: string; gap: boolean }
export interface Line { label: string; heading: boolean; trials: Int32Array; states: Int8Array } // -1: no place

export interface MatrixModel {
  columns: Column[]
  lines: Line[] // of each data set a heading, then its rows
  states: State[]
  place: Map<number, [line: number, column: number]>
  several: boolean // whether more than one data set is shown
}

// Steps in the order of the plan, those of one kind side by side.
function columnsOf(steps: string[]): { columns: Column[]; order: number[] } {
  const groups: string[] = []
  for (const step of steps) {
    const group = step.split('/')[0]!
    if (!groups.includes(group)) groups.push(group)
  }
  const order = steps.map((_, i) => i).sort((a, b) =>
    groups.indexOf(steps[a]!.split('/')[0]!) - groups.indexOf(steps[b]!.split('/')[0]!) || a - b)
  const columns = order.map((i, at) => {
    const [group = '', ...rest] = steps[i]!.split('/')
    const before = at > 0 ? steps[order[at - 1]!]!.split('/')[0] : group
    return { step: steps[i]!, group, label: rest.length ? rest.join(' ') : group, gap: before !== group }
  })
  const position: number[] = []
  order.forEach((step, at) => { position[step] = at })
  return { columns, order: position }
}

export function modelOf(matrix: Matrix): MatrixModel {
  const { columns, order } = columnsOf(matrix.steps)
  const several = new Set(matrix.rows.map((row) => row.dataset)).size > 1
  const lines: Line[] = []
  const place: MatrixModel['place'] = new Map()
  const none = new Int32Array(0)
  let dataset: string | null = null
  for (const row of matrix.rows) {
    if (row.dataset !== dataset && several)
      lines.push({ label: row.dataset, heading: true, trials: none, states: new Int8Array(0) })
    dataset = row.dataset
    const line: Line = {
      label: `r${row.rotation} s${row.seed} f${row.fold}`, heading: false,
      trials: new Int32Array(columns.length).fill(-1), states: new Int8Array(columns.length).fill(-1),
    }
    for (let i = 0; i < row.cells.length; i += 4) {
      const column = order[row.cells[i]!]!
      line.trials[column] = row.cells[i + 2]!
      line.states[column] = row.cells[i + 3]!
      place.set(row.cells[i + 1]!, [lines.length, column])
    }
    lines.push(line)
  }
  return { columns, lines, states: matrix.states, place, several }
}

export function apply(model: MatrixModel, changes: [number, number, number][]) {
  for (const [position, trial, state] of changes) {
    const found = model.place.get(position)
    if (!found) continue
    const line = model.lines[found[0]]!
    line.trials[found[1]] = trial
    line.states[found[1]] = state
  }
}
