import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { linkTo } from '../state'
import { withoutDialog } from './bits'

// A panel at the side that an address opens. The browser's own dialog keeps the focus and hears Escape.
export function Dialog({ title, children }: { title: string; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const close = () => { location.hash = linkTo({ query: withoutDialog() }) }
  return (
    <dialog ref={dialog} class="panel" aria-label={title} onClose={close}
            onClick={(event) => { if (event.target === dialog.current) dialog.current?.close() }}>
      <div class="panel-body">
        <header>
          <h2>{title}</h2>
          <button type="button" class="quiet" onClick={() => dialog.current?.close()}>Close</button>
        </header>
        {children}
      </div>
    </dialog>
  )
}
