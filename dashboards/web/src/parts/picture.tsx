// Pictures of artifacts: asked for with the token, which an <img> could not have.
import { useEffect, useRef, useState } from 'preact/hooks'
import { getBlob } from '../api'

// Whether the element has ever been near the window.
export function useNear<T extends Element>() {
  const box = useRef<T>(null)
  const [near, set] = useState(false)
  useEffect(() => {
    const observer = new IntersectionObserver((seen) => {
      if (!seen.some((each) => each.isIntersecting)) return
      observer.disconnect()
      set(true)
    }, { rootMargin: '300px' })
    observer.observe(box.current!)
    return () => observer.disconnect()
  }, [])
  return { box, near }
}

export interface Shown { address: string; fault: string }

// The address of picture `index` of a tensor, once it has come. A digest of '' asks for nothing.
export function usePicture(digest: string, tensor: string, index: number): Shown {
  const [shown, set] = useState<Shown>({ address: '', fault: '' })
  useEffect(() => {
    if (!digest) return
    const abort = new AbortController()
    let made = ''
    getBlob(`pictures/${digest}?tensor=${tensor}&index=${index}`, abort.signal)
      .then((blob) => set({ address: made = URL.createObjectURL(blob), fault: '' }))
      .catch((error: Error) => { if (!abort.signal.aborted) set({ address: '', fault: error.message }) })
    return () => {
      abort.abort()
      if (made) URL.revokeObjectURL(made)
    }
  }, [digest, tensor, index])
  return shown
}
