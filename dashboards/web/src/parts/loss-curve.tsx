import { useMemo } from 'preact/hooks'
import type uPlot from 'uplot'
import { axis, colour, Plot, whole } from './plot'

export function LossCurve({ epochs }: { epochs: [number, number, number, number][] }) {
  const data = useMemo<uPlot.AlignedData>(() => [
    epochs.map((each) => each[0]), epochs.map((each) => each[1]), epochs.map((each) => each[2]),
  ], [epochs])
  const best = epochs.reduce((a, b) => (b[2] > a[2] ? b : a))
  return (
    <>
      <h3>Training</h3>
      <Plot height={220} data={data}
            label={`Loss and validation signal over ${epochs.length} epochs; best validation ${best[2].toFixed(4)} at epoch ${best[0]}`}
            options={() => ({
              legend: { live: false },
              scales: { x: { time: false }, signal: {} },
              axes: [axis('epoch', { incrs: whole }), axis('training loss', { scale: 'y' }),
                axis('validation signal', { scale: 'signal', side: 1, grid: { show: false } })],
              series: [{ label: 'epoch' },
                { label: 'training loss', stroke: colour('series-2'), width: 1.5, scale: 'y', points: { show: false } },
                { label: 'validation signal', stroke: colour('series-1'), width: 1.5, scale: 'signal', points: { show: false } }],
            })} />
    </>
  )
}
