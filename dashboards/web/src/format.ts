// Numbers and names as people read them.
const counts = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

export const count = (value: number) => counts.format(value)
export const points = (value: number) => value.toFixed(2)
export const signed = (value: number) => (value < 0 ? '−' : '+') + Math.abs(value).toFixed(2)
export const percent = (share: number) => (share > 0.99 && share < 1 ? '99' : Math.round(share * 100).toString()) + ' %'
const minus = (value: number) => points(value).replace('-', '−')
export const interval = (of: [number, number]) => `[${minus(of[0])}, ${minus(of[1])}]`

export function counted(value: number, word: string): string {
  return `${count(value)} ${word}${value === 1 ? '' : 's'}`
}

export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

// "2026-11-28T08:10:49Z" in the reader's own time.
export function moment(text: string): string {
  return new Date(text).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })
}

export function probability(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3)
}

const columns: Record<string, string> = {
  '0x': '0x', '1x': '1x', '2x': '2x',
  'no-quality-1x': 'No Quality 1x', 'no-quality-2x': 'No Quality 2x',
  'quality-1x': 'Quality 1x', 'quality-2x': 'Quality 2x',
  'scratch-validation': 'Scratch Validation', 'scratch-best': 'Scratch Best',
  'warm-validation': 'Warm Validation', 'warm-best': 'Warm Best',
  validation: 'Validation', best: 'Best',
}
export const columnTitle = (column: string) => columns[column] ?? column

export const stateWords: Record<string, string> = {
  waiting: 'waiting', held: 'held back', leased: 'running', done: 'done', collapsed: 'collapsed',
  diverged: 'diverged', failed: 'failed', blocked: 'blocked', pruned: 'pruned', resolved: 'resolved',
  running: 'running', lost: 'lost', active: 'active', paused: 'paused', cancelled: 'cancelled',
}
export const stateMeaning: Record<string, string> = {
  waiting: 'not started yet', held: 'only trained if halving comes to it', leased: 'a worker is at it',
  done: 'has its result', collapsed: 'gives one mask for every image', diverged: 'its loss is not finite',
  failed: 'crashed too often', blocked: 'what it needs has failed', pruned: 'left out by halving',
}
