// Draws what is to be seen of the matrix: the cost is that of the window, however many trials there are.
import type { MatrixModel } from './matrix-model'
import { colour } from './plot'

export interface Geometry { left: number; top: number; cell: number; row: number; gap: number; overhang: number }
export interface Spot { line: number; column: number }

export function geometryOf(model: MatrixModel, width: number): Geometry {
  const left = 96
  const gap = 10
  const gaps = model.columns.filter((column) => column.gap).length * gap
  const longest = Math.max(...model.columns.map((column) => column.label.length))
  const overhang = Math.ceil(2.2 * Math.min(longest, 26))  // of a label that leans over the last column
  const wanted = (width - left - gaps - overhang) / model.columns.length
  return { left, gap, overhang, top: Math.min(170, 24 + longest * 6), cell: Math.max(14, Math.min(34, Math.floor(wanted))), row: 18 }
}

export function xOf(model: MatrixModel, geometry: Geometry, column: number): number {
  let x = geometry.left + column * geometry.cell
  for (let i = 0; i <= column; ++i) if (model.columns[i]?.gap) x += geometry.gap
  return x
}

export function widthOf(model: MatrixModel, geometry: Geometry): number {
  return xOf(model, geometry, model.columns.length - 1) + geometry.cell + geometry.overhang
}

export function spotAt(model: MatrixModel, geometry: Geometry, x: number, y: number): Spot | null {
  const line = Math.floor((y - geometry.top) / geometry.row)
  if (y < geometry.top || line < 0 || line >= model.lines.length) return null
  for (let column = 0; column < model.columns.length; ++column) {
    const begin = xOf(model, geometry, column)
    if (x >= begin && x < begin + geometry.cell) {
      return (model.lines[line]!.states[column] ?? -1) >= 0 ? { line, column } : null
    }
  }
  return null
}

interface Look { scrollX: number; scrollY: number; width: number; height: number; highlight: string; spot: Spot | null }

function drawLabels(canvas: CanvasRenderingContext2D, model: MatrixModel, geometry: Geometry, look: Look) {
  canvas.fillStyle = colour('surface')
  canvas.fillRect(0, 0, look.width, geometry.top)
  canvas.fillStyle = colour('muted')
  canvas.font = '11px system-ui'
  model.columns.forEach((column, i) => {
    const x = xOf(model, geometry, i) - look.scrollX
    if (x < geometry.left - geometry.cell || x > look.width) return
    canvas.save()
    canvas.translate(x + geometry.cell / 2 + 4, geometry.top - 8)
    canvas.rotate(-Math.PI / 2.6)
    canvas.fillStyle = look.spot?.column === i ? colour('ink') : colour('muted')
    canvas.fillText(column.label.length > 26 ? column.label.slice(0, 25) + '…' : column.label, 0, 0)
    canvas.restore()
  })
  canvas.strokeStyle = colour('line')
  canvas.beginPath()
  canvas.moveTo(0, geometry.top - 0.5)
  canvas.lineTo(look.width, geometry.top - 0.5)
  canvas.stroke()
}

function drawLine(canvas: CanvasRenderingContext2D, model: MatrixModel, geometry: Geometry, look: Look,
                  fills: string[], index: number) {
  const line = model.lines[index]!
  const y = geometry.top + index * geometry.row - look.scrollY
  for (let column = 0; column < model.columns.length && !line.heading; ++column) {
    const state = line.states[column]!
    if (state < 0) continue
    const x = xOf(model, geometry, column) - look.scrollX
    if (x < geometry.left - geometry.cell || x > look.width) continue
    canvas.globalAlpha = !look.highlight || model.states[state] === look.highlight ? 1 : 0.15
    canvas.fillStyle = fills[state]!
    canvas.beginPath()
    canvas.roundRect(x + 1, y + 2, geometry.cell - 2, geometry.row - 4, 3)
    canvas.fill()
  }
  canvas.globalAlpha = 1
  if (!line.heading && (look.scrollX > 0)) {
    canvas.fillStyle = colour('surface')
    canvas.fillRect(0, y, geometry.left - 4, geometry.row)
  }
  canvas.fillStyle = look.spot?.line === index || line.heading ? colour('ink') : colour('muted')
  canvas.font = (line.heading ? '600 13px' : '11px') + ' system-ui'
  canvas.fillText(line.label, 8, y + geometry.row / 2 + 4, line.heading ? look.width : geometry.left - 16)
}

export function draw(element: HTMLCanvasElement, model: MatrixModel, geometry: Geometry, look: Look) {
  const ratio = devicePixelRatio || 1
  if (element.width !== Math.round(look.width * ratio) || element.height !== Math.round(look.height * ratio)) {
    element.width = Math.round(look.width * ratio)
    element.height = Math.round(look.height * ratio)
    element.style.width = `${look.width}px`
    element.style.height = `${look.height}px`
  }
  const canvas = element.getContext('2d')!
  canvas.setTransform(ratio, 0, 0, ratio, 0, 0)
  canvas.clearRect(0, 0, look.width, look.height)
  const fills = model.states.map((state) => colour('state-' + state))
  const first = Math.max(0, Math.floor(look.scrollY / geometry.row))
  const last = Math.min(model.lines.length, first + Math.ceil(look.height / geometry.row) + 1)
  for (let line = first; line < last; ++line) drawLine(canvas, model, geometry, look, fills, line)
  if (look.spot) {
    canvas.strokeStyle = colour('ink')
    canvas.lineWidth = 1.5
    canvas.strokeRect(xOf(model, geometry, look.spot.column) - look.scrollX + 0.75,
      geometry.top + look.spot.line * geometry.row - look.scrollY + 1.75, geometry.cell - 1.5, geometry.row - 3.5)
    canvas.lineWidth = 1
  }
  drawLabels(canvas, model, geometry, look)
}
