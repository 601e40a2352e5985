// What the coordinator answers. Each object's "schema" is named beside it; the fields are those the page uses.

export type State = 'waiting' | 'held' | 'leased' | 'done' | 'collapsed' | 'diverged' | 'failed' | 'blocked' | 'pruned'

export interface SweepLine { // of hone.sweeps.v1
  sweep: number; name: string; submitted: string; trials: number; done: number; pruned: number
  state: 'active' | 'paused' | 'cancelled'; priority: number
}
export interface SweepList { sweeps: SweepLine[] }

export interface Running {
  trial: number; name: string; attempt: number; epoch?: number; epochs?: number; images_per_second?: number
}
export interface Troubled { trial: number; name: string; state: State; reason: string }

export interface Disagreement { // attempts of a trial that gave other rows on equal processors
  trial: number; name: string; attempt: number; host: string; other: number; other_host: string; rows: number; epochs: number
}

export interface Demand { // of trials that no connected worker can do
  trials: number; threads: number; ranks: number; precision: string; device: string; memory_mib: number
}

export interface SweepStatus { // hone.sweep.v1
  sweep: number; name: string; state: string; priority: number; trials: number; states: Record<State, number>
  running: Running[]; troubled: Troubled[]; disagreements: Disagreement[]; image_steps: { total: number; done: number }
  images_per_second: number; finished: boolean; seconds_left: number | null; tables?: string[]
  starved: null | { trials: number; demands: Demand[] }
}

export interface MatrixRow { dataset: string; rotation: number; seed: number; fold: number; cells: number[] }
export interface Matrix { states: State[]; steps: string[]; rows: MatrixRow[] } // hone.matrix.v1

export interface TrialLine { // of hone.trials.v1
  trial: number; name: string; role: string; dataset: string; rotation: number | null; seed: number | null
  fold: number | null; mode: string | null; lambda: number | null; state: State; reason: string; attempts: number
}
export interface TrialPage { total: number; offset: number; trials: TrialLine[] }

export interface Neighbour { trial: number; input: string; artifact: string; role: string; state: State; name: string }
export interface Attempt {
  attempt: number; state: string; reason: string; host: string; device: string; started: string
  ended: string | null; rows: number | null; summary: Record<string, unknown> | null; worker: number
}
export interface Trial { // hone.trial.v1
  trial: number; identity: string; spec: Record<string, unknown>; image_steps: number; state: State
  resolved: number | null; attempt: number; accepted: number | null; reason: string; role: string
  sweeps: { sweep: number; name: string }[]; needs: Neighbour[]; needed_by: Neighbour[]; attempts: Attempt[]
  outputs: { attempt: number; name: string; sha256: string; discarded: string | null }[]
  scores: { split: string; iteration: number; dice: number; images: number }[]
  epochs: [number, number, number, number][]
  standing: null | { epoch: number; epochs: number; images_per_second: number }
}

export interface ResultCell { // of hone.results.v1
  column: string; dice: number | null; interval: [number, number] | null; iteration: number | null
  last_iteration: number | null; paper: number | null; paper_iteration: number | null; difference: number | null
  images: number; collapsed: number; diverged: number; missing: string[]; best: boolean
}
export interface ResultRow {
  dataset: string; variant: string; cells: ResultCell[]; synthetic: boolean; settings: string
  lambdas: string[]; steps: string[]; seeds: number[]; rotations: number; trainings: number
  collapsed: number; diverged: number; dataset_images: number; dataset_groups: number
  constant_mask_dice: number | null; same_as?: string; variant_settings?: string
}
export interface Contrast {
  name: string
  rows: { dataset: string; images: number; difference: number; interval: [number, number] | null
    wilcoxon_p: number; holm_p: number }[]
}
export interface Results {
  schema: 'hone.results.v1'; table: string; name: string; complete: boolean; rows: ResultRow[]; contrasts: Contrast[]
}

export interface Candidate {
  setting: string; score: number | null; trials: number; chosen: boolean
  pruned?: { rung: number; folds: number; score: number; beaten_by: number }
}
export interface ChoiceRow {
  dataset: string; synthetic: boolean; rotation: number; seed: number; state: string; edge: boolean
  candidates: Candidate[]
  values: { hyperparameter: string; key: string; chosen: string | null; considered: string[]; paper: string | null }[]
  missing: string[]
}
export interface Choices {
  schema: 'hone.choices.v1'; table: string; name: string; rows: ChoiceRow[]; complete: boolean; search?: string
}

export interface Cell { // hone.cell.v1
  cell: string; name: string; dice: number | null; interval: [number, number] | null; paper: number | null
  images: number; missing: string[]
  parts: { rotation: number; seed: number; trial: number | null; attempt: number | null
    iteration: number | null; why: string; rows: number; mean: number | null }[]
  choices: { trial: number; name: string; rotation: number; seed: number; state: string; candidates: Candidate[] }[]
  trials: { trial: number; name: string; identity: string; state: State
    attempts: { attempt: number; accepted: boolean; host: string; device: string; code: string; library: string
      started: string; ended: string | null }[] }[]
  packs: { sha256: string; dataset: string; layout: string; images: number; image_size: number; synthetic: boolean }[]
  sql: string
}

export interface LiveFrame { // hone.live.v1
  refused?: string; sweeps?: SweepList; sweep?: SweepStatus; changed?: [number, number, number][]
}

export interface LambdaPoint {
  lambda: number; expected: number; chosen: boolean; dice: number | null; interval: [number, number] | null
  folds: { trial: number; fold: number; dice: number }[]
}
export interface LambdaCurve {
  dataset: string; variant: string; rotation: number; seed: number; selection: number; state: string
  edge: boolean; points: LambdaPoint[]
}
export interface Lambdas { curves: LambdaCurve[] } // hone.lambda.v1

export interface IterationCurve {
  dataset: string; net: string; rotation: number; seed: number; split: 'validation' | 'test'; trial: number
  images: number; dice: number[]
}
export interface Iterations { // hone.iterations.v1
  curves: IterationCurve[]
  stops: { dataset: string; net: string; rotation: number; seed: number; validation: number | null; best: number | null }[]
}

type Estimate = null | { estimate: number; interval: [number, number] | null }
export interface StoppingRule {
  rule: string; title: string; sees_test: boolean; unavailable: string | null; dice: number | null
  iterations: number | null; difference: Estimate; gap_closed: Estimate; holm_p: number | null; closes_some: boolean
}
export interface Stopping { // hone.stopping.v1
  verdict: string
  nets: { dataset: string; net: string; trainings: number; expected: number; images: number; rules: StoppingRule[] }[]
}

// [data set, net, trial, position, image, predicted, true]
export type ScatterPoint = [string, string, number, number, string, number, number]
export interface Scatter { iteration: number; most: number; points: ScatterPoint[] } // hone.scatter.v1

export interface Configuration {
  dataset: string; rotation: number; seed: number; candidate: number; patch: Record<string, unknown>
  score: number | null; trials: number; chosen: boolean; rung: number; standing: string
}
export interface Search { candidates: Configuration[] } // hone.search.v1

export interface WorkerLine {
  worker: number; connected: boolean; host: string; slots: number; threads: number; device: string; memory_mib: number
  running: number; done: number; failed: number; lost: number; first: string | null; last: string | null; busy_seconds: number
  rests: boolean // one trial after the other crashed there, and others can do the same
}
export interface WorkerAttempt {
  worker: number; trial: number; attempt: number; state: string; started: string; ended: string | null
  role: string; name: string; images_per_second?: number
}
export interface Workers { now: string; connected: number; workers: WorkerLine[]; attempts: WorkerAttempt[] } // hone.workers.v1

interface Errors { mae: number; rmse: number; bias: number }
export interface Quality { // hone.quality.v1
  nets: { dataset: string; net: string; trainings: number; expected: number
    rows: { split: string; iteration: number | null; masks: number; pearson: number | null; spearman: number | null
      raw: { errors: Errors | null; harm_auroc: number | null } }[] }[]
}

export interface ImageRow { position: number; image: string; dice: number[]; quality: number[]; agreement: number[] }
export interface Images { // hone.images.v1
  trial: number; role: string; pack: string; masks: string | null; images: ImageRow[]
  film_strip: { digest: string | null; removed: boolean; limit: number }
}
export interface FilmStrip { images: number[]; iterations: number[] } // hone.film_strip.v1
