-- The state of a coordinator. Each fact stands once; what follows from facts is a view (views.sql).
-- With any change here: raise schema_version in sql/schema.cpp and write sql/migrations/to_N.sql.

CREATE TABLE coordinator (          -- one row
  id     INTEGER PRIMARY KEY CHECK (id = 1),
  epoch  INTEGER NOT NULL           -- how often a coordinator has started on this file
) STRICT;
INSERT INTO coordinator VALUES (1, 0);

CREATE TABLE split  (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE metric (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO split  VALUES (0, 'train'), (1, 'validation'), (2, 'test');  -- metrics: metrics.sql

CREATE TABLE pack (
  digest     TEXT PRIMARY KEY,      -- SHA-256 of the file
  layout     TEXT NOT NULL,
  synthetic  INTEGER NOT NULL,      -- 1: generated images
  image_size INTEGER NOT NULL,      -- pixels a side
  foreground TEXT NOT NULL          -- the rule, for people (A3)
) STRICT;

CREATE TABLE image (
  pack     TEXT NOT NULL REFERENCES pack (digest),
  position INTEGER NOT NULL,        -- in the pack, from 0; what measurement.image names
  id       TEXT NOT NULL,
  grouping INTEGER NOT NULL,        -- images of one grouping never part in a split
  PRIMARY KEY (pack, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE sweep (
  id         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,
  digest     TEXT NOT NULL UNIQUE,  -- of experiment and packs: the same again is the same sweep
  experiment TEXT NOT NULL CHECK (json_valid(experiment)),  -- every default spelled out
  submitted  TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ')),
  priority   INTEGER NOT NULL DEFAULT 0,   -- the greater first
  state      TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'cancelled'))
) STRICT;

CREATE TABLE sweep_pack (
  sweep   INTEGER NOT NULL REFERENCES sweep (id),
  dataset TEXT NOT NULL,
  pack    TEXT NOT NULL REFERENCES pack (digest),
  PRIMARY KEY (sweep, dataset)
) STRICT, WITHOUT ROWID;

CREATE TABLE demand (               -- what a worker must have to lease a trial
  id         INTEGER PRIMARY KEY,
  ranks      INTEGER NOT NULL,      -- slots at once
  threads    INTEGER NOT NULL,      -- at least, of each slot
  precision  TEXT NOT NULL,         -- that its processor can
  device     TEXT NOT NULL,         -- cpu, which every worker has, or cuda
  memory_mib INTEGER NOT NULL,      -- of its device, at least; only where the worker names a limit
  UNIQUE (ranks, threads, precision, device, memory_mib)
) STRICT;

CREATE TABLE trial (
  id          INTEGER PRIMARY KEY,
  identity    TEXT NOT NULL UNIQUE,
  spec        TEXT NOT NULL CHECK (json_valid(spec)),
  image_steps INTEGER NOT NULL,     -- at most; forward + backward passes of one image
  state       TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN
              ('waiting', 'leased', 'done', 'collapsed', 'diverged', 'failed', 'blocked', 'resolved',
               'held', 'pruned')),
  deferred    INTEGER NOT NULL DEFAULT 0,  -- 1: its parameters wait for a selection
  resolved    INTEGER REFERENCES trial (id),  -- of a deferred trial: the one with the parameters chosen
  unmet       INTEGER NOT NULL,     -- needs not yet met; kept for speed, checked by `violation`
  attempt     INTEGER NOT NULL DEFAULT 0,  -- of the newest lease; the fencing token
  accepted    INTEGER,              -- the attempt whose Done was accepted
  forgiven    INTEGER NOT NULL DEFAULT 0,  -- crashes of attempts up to this one no longer count
  rests       INTEGER NOT NULL DEFAULT 0,  -- 1: failed just now; not leased until the coordinator lets it
  reason      TEXT NOT NULL DEFAULT '',    -- of a state that is not the wished one
  queue       INTEGER REFERENCES sweep (id),   -- in whose turn it is leased
  demand      INTEGER REFERENCES demand (id),  -- NULL: is never leased (a selection, deferred)
  urgency     INTEGER NOT NULL DEFAULT 0,  -- cost of the longest chain from here on; the greater first
  -- Of the spec, as it says them; generated columns would be worked out anew by every UPDATE.
  role     TEXT NOT NULL,
  dataset  TEXT,
  rotation INTEGER,
  fold     INTEGER,
  seed     INTEGER,
  mode     TEXT,
  lambda   REAL
) STRICT;
CREATE INDEX trial_ready ON trial (queue, demand, urgency DESC, id)
  WHERE state = 'waiting' AND unmet = 0 AND demand IS NOT NULL AND rests = 0;
CREATE INDEX trial_resting ON trial (queue) WHERE rests = 1;
CREATE INDEX trial_leased ON trial (queue, demand) WHERE state = 'leased';
CREATE INDEX trial_choosing ON trial (id) WHERE state = 'waiting' AND unmet = 0 AND demand IS NULL;
CREATE INDEX trial_deferred ON trial (id) WHERE state = 'waiting' AND deferred;
CREATE INDEX trial_dead ON trial (state) WHERE state IN ('diverged', 'failed', 'blocked');
CREATE INDEX trial_resolved ON trial (resolved) WHERE resolved IS NOT NULL;

CREATE TABLE sweep_trial (
  sweep INTEGER NOT NULL REFERENCES sweep (id),
  trial INTEGER NOT NULL REFERENCES trial (id),
  name  TEXT NOT NULL,              -- for people: "PH2/r0/s1/f2/refine/lambda=0.3"
  optional INTEGER NOT NULL DEFAULT 0,  -- 1: wanted only as far as selections by halving come to it
  PRIMARY KEY (sweep, trial)
) STRICT, WITHOUT ROWID;
CREATE INDEX sweep_trial_trial ON sweep_trial (trial);

CREATE TABLE sweep_net (            -- what trials are to the tables
  sweep   INTEGER NOT NULL REFERENCES sweep (id),
  variant TEXT NOT NULL,            -- '' : the paper's own method
  net     TEXT NOT NULL,            -- base, no-quality, quality, scratch-1, warm-2, variant, lambda, ...
  trial   INTEGER NOT NULL REFERENCES trial (id),
  PRIMARY KEY (sweep, variant, net, trial)
) STRICT, WITHOUT ROWID;

CREATE TABLE need (
  trial    INTEGER NOT NULL REFERENCES trial (id),
  needs    INTEGER NOT NULL REFERENCES trial (id),
  input    TEXT NOT NULL,           -- '' : only its rows
  artifact TEXT NOT NULL,
  PRIMARY KEY (trial, needs, input)
) STRICT, WITHOUT ROWID;
CREATE INDEX need_needs ON need (needs);

CREATE TABLE worker (
  id       INTEGER PRIMARY KEY,
  instance TEXT NOT NULL UNIQUE,    -- random, of one agent process
  host     TEXT NOT NULL,
  slots    INTEGER NOT NULL,
  threads  INTEGER NOT NULL,
  device   TEXT NOT NULL,
  memory_mib INTEGER NOT NULL DEFAULT 0, -- of each slot's device; 0: not limited
  arithmetic TEXT NOT NULL DEFAULT ''  -- LibTorch and processor, on which bits depend; '': not known
) STRICT;

CREATE TABLE attempt (
  trial       INTEGER NOT NULL REFERENCES trial (id),
  attempt     INTEGER NOT NULL,
  worker      INTEGER NOT NULL REFERENCES worker (id),
  state       TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'lost')),
  reason      TEXT NOT NULL DEFAULT '',
  rows        INTEGER,              -- of its Done
  rows_digest TEXT,
  summary     TEXT CHECK (summary IS NULL OR json_valid(summary)),
  started     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ')),
  ended       TEXT,
  checkpoint  INTEGER NOT NULL DEFAULT 0,  -- of a failed one: epoch of the newest that it made; 0: none
  PRIMARY KEY (trial, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE output (
  trial   INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  name    TEXT NOT NULL,            -- weights, masks, deformations, film_strip
  digest  TEXT NOT NULL,            -- of the artifact
  discarded TEXT,                   -- when it was let go, unneeded or lost; NULL: results count on it
  PRIMARY KEY (trial, attempt, name),
  FOREIGN KEY (trial, attempt) REFERENCES attempt (trial, attempt)
) STRICT, WITHOUT ROWID;
CREATE INDEX output_discarded ON output (trial) WHERE discarded IS NOT NULL;

CREATE TABLE measurement (
  trial     INTEGER NOT NULL,
  attempt   INTEGER NOT NULL,
  split     INTEGER NOT NULL REFERENCES split (id),
  image     INTEGER NOT NULL,       -- position in the pack
  iteration INTEGER NOT NULL,       -- refinements so far, from 0
  metric    INTEGER NOT NULL REFERENCES metric (id),
  value     REAL NOT NULL,
  PRIMARY KEY (trial, attempt, split, image, iteration, metric),
  FOREIGN KEY (trial, attempt) REFERENCES attempt (trial, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE trial_dice (           -- means of measurements of Dice, kept for speed, checked by `violation`
  trial     INTEGER NOT NULL,
  attempt   INTEGER NOT NULL,       -- that was accepted when this was written
  split     INTEGER NOT NULL REFERENCES split (id),
  iteration INTEGER NOT NULL,
  dice      REAL NOT NULL,
  images    INTEGER NOT NULL,
  PRIMARY KEY (trial, attempt, split, iteration),
  FOREIGN KEY (trial, attempt) REFERENCES attempt (trial, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE difference (           -- of an accepted attempt from an earlier one of its trial with the same inputs
  trial   INTEGER NOT NULL,
  attempt INTEGER NOT NULL,         -- that was accepted when this was written
  other   INTEGER NOT NULL,         -- the earlier one, of which some rows had come
  rows    INTEGER NOT NULL,         -- of it that the accepted one does not have, or with another value
  epochs  INTEGER NOT NULL,         -- likewise, by loss and signal
  PRIMARY KEY (trial, attempt, other),
  FOREIGN KEY (trial, attempt) REFERENCES attempt (trial, attempt),
  FOREIGN KEY (trial, other) REFERENCES attempt (trial, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE epoch (
  trial             INTEGER NOT NULL,
  attempt           INTEGER NOT NULL,
  epoch             INTEGER NOT NULL,  -- from 1
  train_loss        REAL NOT NULL,
  validation_dice   REAL NOT NULL,     -- what early stopping looks at; no Dice of every net: epoch_signal
  seconds           REAL NOT NULL,
  images_per_second REAL NOT NULL,
  PRIMARY KEY (trial, attempt, epoch),
  FOREIGN KEY (trial, attempt) REFERENCES attempt (trial, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE selection (
  trial    INTEGER PRIMARY KEY REFERENCES trial (id),
  position INTEGER NOT NULL,        -- of the chosen candidate, from 0
  value    TEXT NOT NULL CHECK (json_valid(value)),  -- its patch
  excluded INTEGER NOT NULL         -- candidates without a full set of scores
) STRICT;

CREATE TABLE halving (              -- where a candidate of a selection by halving stands: follows from results
  selection INTEGER NOT NULL REFERENCES trial (id),
  position  INTEGER NOT NULL,       -- of the candidate, from 0
  iteration INTEGER NOT NULL,       -- whose validation Dice is its score
  rung      INTEGER NOT NULL DEFAULT 0,    -- that it has reached, from 0
  standing  TEXT NOT NULL DEFAULT 'open' CHECK (standing IN ('open', 'pruned', 'excluded')),
  PRIMARY KEY (selection, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE halving_trial (        -- on which rung a candidate comes to a trial
  selection INTEGER NOT NULL,
  position  INTEGER NOT NULL,
  trial     INTEGER NOT NULL REFERENCES trial (id),
  rung      INTEGER NOT NULL,
  PRIMARY KEY (selection, position, trial),
  FOREIGN KEY (selection, position) REFERENCES halving (selection, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX halving_trial_trial ON halving_trial (trial);
