import { useMemo, useState } from 'preact/hooks'
import type uPlot from 'uplot'
import { once, useData } from '../api'
import { columnTitle, interval, points, probability, signed } from '../format'
import { Fault } from '../parts/bits'
import { axis, colour, Plot } from '../parts/plot'
import { status } from '../state'
import type { IterationCurve, Iterations as Data, Stopping } from '../types'

const titles: Record<string, string> = { 'no-quality': 'No Quality', quality: 'Quality' }
const netTitle = (net: string) => titles[net] ?? columnTitle(net).replace(/^(scratch|warm)-(\d+)$/, (_, mode: string, n: string) => `${mode === 'warm' ? 'Warm' : 'Scratch'}, n = ${n}`)

// The mean over trainings, weighted by their images.
function meanOf(curves: IterationCurve[]): number[] {
  const length = Math.min(...curves.map((each) => each.dice.length))
  const images = curves.reduce((sum, each) => sum + each.images, 0)
  return Array.from({ length }, (_, k) => curves.reduce((sum, each) => sum + each.dice[k]! * each.images, 0) / images)
}

function range(values: number[]): string {
  if (values.length === 0) return '–'
  const low = Math.min(...values)
  const high = Math.max(...values)
  return low === high ? `${low}` : `${low}–${high}`
}

function NetPlot({ net, curves }: { net: string; curves: IterationCurve[] }) {
  const of = (split: string) => curves.filter((each) => each.split === split)
  const data = useMemo<uPlot.AlignedData>(() => {
    const test = of('test').length ? meanOf(of('test')) : []
    const validation = of('validation').length ? meanOf(of('validation')) : []
    const length = Math.max(test.length, validation.length)
    const filled = (list: number[]) => Array.from({ length }, (_, k) => list[k] ?? null)
    return [Array.from({ length }, (_, k) => k), filled(test), filled(validation)]
  }, [curves])
  const test = data[1] as (number | null)[]
  return (
    <article class="card">
      <h3>{netTitle(net)}</h3>
      <Plot height={230} data={data}
            label={`Mean Dice by iteration of ${netTitle(net)}: test from ${test[0]?.toFixed(2) ?? 'nothing'} at 0 to ${test[test.length - 1]?.toFixed(2) ?? 'nothing'} at ${test.length - 1}`}
            options={() => ({
              legend: { live: false },
              scales: { x: { time: false } },
              axes: [axis('iteration', { incrs: [1, 2, 5, 10] }), axis('Dice × 100')],
              series: [{ label: 'iteration' },
                { label: 'test', stroke: colour('series-1'), width: 2, points: { show: test.length < 30, size: 5 } },
                { label: 'validation', stroke: colour('series-2'), width: 2, dash: [6, 4], points: { show: false } }],
            })} />
    </article>
  )
}

function Stops({ data, dataset }: { data: Data; dataset: string }) {
  const nets = [...new Set(data.curves.filter((each) => each.dataset === dataset).map((each) => each.net))]
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`Where ${dataset} stops`}>
      <table class="data numbers">
        <thead><tr><th>Net</th><th>Trainings</th><th>Test at 0</th><th>at 1</th><th>at 2</th><th>Validation(k)</th><th>Best(k)</th><th>Highest mean</th></tr></thead>
        <tbody>
          {nets.map((net) => {
            const tests = data.curves.filter((each) => each.dataset === dataset && each.net === net && each.split === 'test')
            const stops = data.stops.filter((each) => each.dataset === dataset && each.net === net)
            const mean = tests.length ? meanOf(tests) : []
            return (
              <tr key={net}>
                <td class="text">{netTitle(net)}</td><td>{tests.length}</td>
                {[0, 1, 2].map((k) => <td key={k}>{mean[k] === undefined ? '–' : points(mean[k])}</td>)}
                <td>{range(stops.flatMap((each) => each.validation ?? []))}</td><td>{range(stops.flatMap((each) => each.best ?? []))}</td>
                <td>{mean.length > 1 ? points(Math.max(...mean.slice(1))) : '–'}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function Rules({ sweep }: { sweep: number }) {
  const { data, fault } = useData<Stopping>(`sweeps/${sweep}/stopping`, once)
  if (fault) return <p class="soft">{fault}</p>
  if (!data) return <p class="loading">Fitting the rules: some seconds …</p>
  return (
    <>
      <p class="soft">{data.verdict}</p>
      {data.nets.map((net) => (
        <section key={net.dataset + net.net} aria-label={`Stopping rules of ${net.dataset}, ${net.net}`}>
          <h3>{net.dataset}: {netTitle(net.net)} <small class="soft">{net.trainings} of {net.expected} trainings</small></h3>
          <div class="scroll" tabIndex={0} role="region" aria-label={`Rules for ${net.dataset}, ${net.net}`}>
            <table class="data numbers">
              <thead><tr><th>Rule</th><th>Dice × 100</th><th>To Validation(k)</th><th>95 % interval</th><th>p (Holm)</th><th>Mean k</th></tr></thead>
              <tbody>
                {net.rules.map((rule) => (
                  <tr key={rule.rule} class={rule.closes_some ? 'chosen' : undefined}>
                    <td class="text">{rule.rule} {rule.title}{rule.sees_test && <span class="under">sees the test split: a bound</span>}{rule.unavailable && <span class="under">{rule.unavailable}</span>}</td>
                    <td>{rule.dice === null ? '–' : points(rule.dice)}</td><td>{rule.difference ? signed(rule.difference.estimate) : '–'}</td>
                    <td>{rule.difference?.interval ? interval(rule.difference.interval) : '–'}</td>
                    <td>{rule.holm_p === null ? '–' : probability(rule.holm_p)}</td><td>{rule.iterations === null ? '–' : rule.iterations.toFixed(1)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      ))}
    </>
  )
}

export function Iterations({ sweep }: { sweep: number }) {
  const { data, fault } = useData<Data>(`sweeps/${sweep}/iterations`)
  const [rules, showRules] = useState(false)
  const datasets = [...new Set(data?.curves.map((each) => each.dataset) ?? [])]
  return (
    <>
      <h1>Iterations <small>{status.value?.name}</small></h1>
      <p class="lead">Mean Dice after each refinement, over all trainings of a net; 0 is the base mask. Validation(k) stops where validation is highest, Best(k) where the test split is: an oracle.</p>
      <Fault text={fault} />
      {data && datasets.length === 0 && <p class="soft">No net has been evaluated over its iterations.</p>}
      {datasets.map((dataset) => {
        const mine = data!.curves.filter((each) => each.dataset === dataset)
        return (
          <section key={dataset} aria-label={dataset}>
            <h2>{dataset}</h2>
            <div class="cards wide">
              {[...new Set(mine.map((each) => each.net))].map((net) => <NetPlot key={net} net={net} curves={mine.filter((each) => each.net === net)} />)}
            </div>
            <Stops data={data!} dataset={dataset} />
          </section>
        )
      })}
      {datasets.length > 0 && (
        <section aria-labelledby="rules">
          <h2 id="rules">Stopping rules</h2>
          {rules ? <Rules sweep={sweep} /> : <button type="button" class="quiet" onClick={() => showRules(true)}>Fit ten rules on the validation curves</button>}
        </section>
      )}
    </>
  )
}
