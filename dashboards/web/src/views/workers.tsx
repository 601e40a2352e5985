import { useData } from '../api'
import { count, duration, moment, percent } from '../format'
import { Fault } from '../parts/bits'
import { TimeLine } from '../parts/timeline'
import { motion } from '../state'
import type { WorkerLine, Workers as Data } from '../types'

// How much of its slots' time a worker was without a trial, from its first to its last.
function idle(of: WorkerLine): string {
  if (!of.first || !of.last) return '–'
  const span = ((Date.parse(of.last) - Date.parse(of.first)) / 1000) * of.slots
  return span < 5 ? '–' : percent(Math.max(0, 1 - of.busy_seconds / span))
}

function rate(data: Data, worker: number): string {
  const sum = data.attempts.filter((each) => each.worker === worker).reduce((all, each) => all + (each.images_per_second ?? 0), 0)
  return sum > 0 ? count(sum) : '–'
}

function Standing({ of }: { of: WorkerLine }) {
  const [mark, words] = !of.connected ? ['waiting', 'gone']
    : of.running > 0 ? ['leased', `${of.running} running`]
    : of.rests ? ['failed', 'rests: its trials crashed']
    : ['done', 'connected']
  return <span class={`mark mark-${mark}`}><i aria-hidden="true" />{words}</span>
}

export function Workers(_: { sweep: number }) {
  const { data, fault } = useData<Data>('workers', motion)
  return (
    <>
      <h1>Workers {data && <small>{data.connected} connected</small>}</h1>
      <p class="lead">All that ever worked for this coordinator, on any sweep, the newest first.</p>
      <Fault text={fault} />
      {data?.workers.length === 0 && (
        <div class="notice"><p>No worker has come yet. Start some where the access file is:</p><pre tabIndex={0}>hone-worker --access hone-state/worker.json</pre></div>
      )}
      {data && data.workers.length > 0 && (
        <>
          <section aria-labelledby="timeline"><h2 id="timeline">Time line</h2><TimeLine data={data} /></section>
          <section aria-labelledby="list">
            <h2 id="list">Each of them</h2>
            <div class="scroll" tabIndex={0} role="region" aria-label="All workers">
              <table class="data numbers">
                <thead><tr><th>Worker</th><th class="text">State</th><th class="text">Device</th><th>Slots</th><th>Threads</th><th>Images / s</th><th>Done</th><th>Failed</th><th>Lost</th><th>Idle</th><th>Busy</th><th>Last seen at work</th></tr></thead>
                <tbody>
                  {data.workers.map((each) => (
                    <tr key={each.worker}>
                      <td class="text">{each.worker} · {each.host}</td>
                      <td class="text"><Standing of={each} /></td>
                      <td class="text">{each.device}</td><td>{each.slots}</td><td>{each.threads}</td><td>{rate(data, each.worker)}</td>
                      <td>{count(each.done)}</td><td>{each.failed || ''}</td><td>{each.lost || ''}</td><td>{idle(each)}</td>
                      <td>{duration(each.busy_seconds)}</td><td>{each.last ? moment(each.last) : '–'}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </section>
        </>
      )}
    </>
  )
}
