// Requests for data: all are GETs with the token, and a wrong one leads back to the login.
import { signal, type Signal } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import { leave, link, revision, token } from './state'

export class Fault extends Error {
  constructor(readonly status: number, message: string) { super(message) }
}

async function answerOf(path: string, signal?: AbortSignal): Promise<Response> {
  const answer = await fetch('/api/v1/' + path, { headers: { Authorization: 'Bearer ' + token.peek() }, signal })
    .catch((error: Error) => { throw error.name === 'AbortError' ? error : new Fault(0, 'The coordinator does not answer. This is asked again when it does.') })
  if (answer.ok) return answer
  const text = await answer.text()
  let message = text
  try { message = (JSON.parse(text) as { error: string }).error } catch { /* not ours: as it is */ }
  if (answer.status === 401) leave('The coordinator does not know this token.')
  throw new Fault(answer.status, message || `the coordinator answered ${answer.status}`)
}

export async function getText(path: string): Promise<string> {
  return (await answerOf(path)).text()
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await answerOf(path, signal)).json() as Promise<T>
}

export async function getBlob(path: string, signal?: AbortSignal): Promise<Blob> {
  return (await answerOf(path, signal)).blob()
}

export interface Loaded<T> { data: T | null; fault: string; loading: boolean; cut?: boolean }

// What `path` answers, asked again when `again` counts up (results have come, unless told otherwise), with what
// was there before in the meantime. A '' asks for nothing.
export const once = signal(0)
export function useData<T>(path: string, again: Signal<number> = revision): Loaded<T> {
  const [loaded, set] = useState<Loaded<T>>({ data: null, fault: '', loading: true })
  const shown = useRef('')
  const version = again.value
  const connected = loaded.cut ? link.value : ''
  useEffect(() => {
    if (!path) return
    const abort = new AbortController()
    if (shown.current !== path) set({ data: null, fault: '', loading: true })
    shown.current = path
    get<T>(path, abort.signal)
      .then((data) => set({ data, fault: '', loading: false }))
      .catch((error: Error) => {
        if (!abort.signal.aborted) set((old) => ({ ...old, fault: error.message, loading: false, cut: error instanceof Fault && error.status === 0 }))
      })
    return () => abort.abort()
  }, [path, version, connected])
  return loaded
}
