// uPlot, drawn again when its data, the theme or its width change.
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { theme } from '../state'

export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim()
}

export interface PlotProps {
  label: string // what it shows, for those who do not see it
  data: uPlot.AlignedData
  options: () => Omit<uPlot.Options, 'width' | 'height'> // made anew for the theme's colours
  height?: number
}

// Steps of an axis that counts: there is no half epoch.
export const whole = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000]

export function axis(label: string, more: Partial<uPlot.Axis> = {}): uPlot.Axis {
  return {
    label, stroke: colour('muted'), grid: { stroke: colour('line'), width: 1 }, ticks: { stroke: colour('line'), width: 1 },
    font: '12px system-ui', labelFont: '12px system-ui', labelSize: 22, ...more,
  }
}

export function Plot({ label, data, options, height = 260 }: PlotProps) {
  const box = useRef<HTMLDivElement>(null)
  const scheme = theme.value
  useEffect(() => {
    const target = box.current!
    const plot = new uPlot({ ...options(), width: Math.max(target.clientWidth, 200), height }, data, target)
    const observer = new ResizeObserver(() => plot.setSize({ width: Math.max(target.clientWidth, 200), height }))
    observer.observe(target)
    return () => {
      observer.disconnect()
      plot.destroy()
    }
  }, [scheme, data, height])
  return <div class="plot" role="img" aria-label={label} ref={box} />
}
