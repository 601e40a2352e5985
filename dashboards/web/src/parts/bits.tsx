import { Fragment, type ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { stateMeaning, stateWords } from '../format'
import { linkTo, place } from '../state'

export function StateMark({ state }: { state: string }) {
  return <span class={`mark mark-${state}`} title={stateMeaning[state]}><i aria-hidden="true" />{stateWords[state] ?? state}</span>
}

export function TrialLink({ trial, children }: { trial: number; children?: ComponentChildren }) {
  return <a href={linkTo({ query: { ...withoutDialog(), trial: String(trial) } })}>{children ?? `trial ${trial}`}</a>
}

// A trial's name, which may break after each of its parts.
export function Parted({ name }: { name: string }) {
  return <>{name.split('/').map((part, i, all) => <Fragment key={i}>{part}{i < all.length - 1 && <>/<wbr /></>}</Fragment>)}</>
}

// The parameters of the address but those that open a dialog.
export function withoutDialog(): Record<string, string> {
  const query = Object.fromEntries(place.peek().query)
  delete query.trial
  delete query.cell
  return query
}

export function Fault({ text }: { text: string }) {
  return text ? <p class="notice bad" role="alert">{text}</p> : null
}

// http://10.0.0.1 is no secure context, where navigator.clipboard is missing.
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  document.body.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  if (!done) throw new Error('this browser does not let the page copy')
}

export function CopyButton({ label, text }: { label: string; text: () => Promise<string> | string }) {
  const [said, say] = useState('')
  return (
    <button type="button" class="small" onClick={() => {
      Promise.resolve(text()).then(copyText).then(() => say('Copied'), (error: Error) => say(error.message))
      setTimeout(() => say(''), 1500)
    }}><span aria-live="polite">{said || label}</span></button>
  )
}
