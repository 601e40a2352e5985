// Outlines of masks, as paths of an SVG whose unit is a pixel: they run between pixels, so that they stay sharp
// however large the picture is drawn.
import { useEffect, useState } from 'preact/hooks'

async function greysOf(address: string): Promise<ImageData> {
  const picture = new Image()
  picture.src = address
  await picture.decode()
  const canvas = new OffscreenCanvas(picture.naturalWidth, picture.naturalHeight)
  const context = canvas.getContext('2d', { willReadFrequently: true })!
  context.drawImage(picture, 0, 0)
  return context.getImageData(0, 0, canvas.width, canvas.height)
}

// Between which neighbours along one axis a mask begins or ends, joined to runs along the other.
function edges(side: number, inside: (at: number, across: number) => boolean, draw: (at: number, from: number, to: number) => string): string {
  let path = ''
  for (let at = 0; at <= side; ++at) {
    let begin = -1
    for (let across = 0; across <= side; ++across) {
      const edge = across < side && inside(at - 1, across) !== inside(at, across)
      if (edge && begin < 0) begin = across
      if (edge || begin < 0) continue
      path += draw(at, begin, across)
      begin = -1
    }
  }
  return path
}

function outline(picture: ImageData, top: number): string {
  const side = picture.width
  const is = (x: number, y: number) => x >= 0 && y >= 0 && x < side && y < side && picture.data[4 * ((top + y) * side + x)]! > 127
  return edges(side, (y, x) => is(x, y), (y, from, to) => `M${from} ${y}H${to}`) + edges(side, (x, y) => is(x, y), (x, from, to) => `M${x} ${from}V${to}`)
}

export interface Outlines { side: number; paths: string[] }

// Of the masks in a picture, each as high as the picture is wide, from above. '' asks for nothing.
export function useOutlines(address: string): Outlines | null {
  const [outlines, set] = useState<Outlines | null>(null)
  useEffect(() => {
    let gone = false
    set(null)
    if (address) greysOf(address).then((picture) => {
      const paths = Array.from({ length: picture.height / picture.width }, (_, k) => outline(picture, k * picture.width))
      if (!gone) set({ side: picture.width, paths })
    }, () => {}) // then there are none: the picture itself shows why
    return () => { gone = true }
  }, [address])
  return outlines
}
