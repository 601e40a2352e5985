-- From schema version 2: order, limits and states of sweeps.
ALTER TABLE sweep ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sweep ADD COLUMN state TEXT NOT NULL DEFAULT 'active'
  CHECK (state IN ('active', 'paused', 'cancelled'));
ALTER TABLE worker ADD COLUMN memory_mib INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempt ADD COLUMN checkpoint INTEGER NOT NULL DEFAULT 0;
ALTER TABLE worker ADD COLUMN arithmetic TEXT NOT NULL DEFAULT '';
ALTER TABLE output ADD COLUMN discarded TEXT;
ALTER TABLE sweep_trial ADD COLUMN optional INTEGER NOT NULL DEFAULT 0;
CREATE INDEX output_discarded ON output (trial) WHERE discarded IS NOT NULL;

CREATE TABLE demand (               -- what a worker must have to lease a trial
  id         INTEGER PRIMARY KEY,
  ranks      INTEGER NOT NULL,      -- slots at once
  threads    INTEGER NOT NULL,      -- at least, of each slot
  precision  TEXT NOT NULL,         -- that its processor can
  device     TEXT NOT NULL,         -- cpu, which every worker has, or cuda
  memory_mib INTEGER NOT NULL,      -- of its device, at least; only where the worker names a limit
  UNIQUE (ranks, threads, precision, device, memory_mib)
) STRICT;

-- A CHECK cannot be altered: the table is made anew. Foreign keys are off meanwhile, and checked after.
CREATE TABLE trial_3 (
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
INSERT INTO trial_3 (id, identity, spec, image_steps, state, deferred, resolved, unmet, attempt, accepted, forgiven, reason,
                     role, dataset, rotation, fold, seed, mode, lambda)
SELECT id, identity, spec, image_steps, state, deferred, resolved, unmet, attempt, accepted, forgiven, reason,
       role, dataset, rotation, fold, seed, mode, lambda FROM trial;
DROP TABLE trial;
ALTER TABLE trial_3 RENAME TO trial;
CREATE INDEX trial_ready ON trial (queue, demand, urgency DESC, id)
  WHERE state = 'waiting' AND unmet = 0 AND demand IS NOT NULL AND rests = 0;
CREATE INDEX trial_resting ON trial (queue) WHERE rests = 1;
CREATE INDEX trial_leased ON trial (queue, demand) WHERE state = 'leased';
CREATE INDEX trial_choosing ON trial (id) WHERE state = 'waiting' AND unmet = 0 AND demand IS NULL;
CREATE INDEX trial_deferred ON trial (id) WHERE state = 'waiting' AND deferred;
CREATE INDEX trial_dead ON trial (state) WHERE state IN ('diverged', 'failed', 'blocked');
CREATE INDEX trial_resolved ON trial (resolved) WHERE resolved IS NOT NULL;

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

INSERT INTO demand (ranks, threads, precision, device, memory_mib)
SELECT DISTINCT 1, coalesce(spec ->> '$.numerics.threads', 1), coalesce(spec ->> '$.numerics.precision', 'fp32'), 'cpu', 0
FROM trial WHERE role <> 'select' AND NOT deferred;
UPDATE trial SET demand = (SELECT d.id FROM demand d
    WHERE d.threads = coalesce(spec ->> '$.numerics.threads', 1)
      AND d.precision = coalesce(spec ->> '$.numerics.precision', 'fp32'))
WHERE role <> 'select' AND NOT deferred;
UPDATE trial SET queue = (SELECT min(st.sweep) FROM sweep_trial st WHERE st.trial = trial.id
    OR st.trial IN (SELECT d.id FROM trial d WHERE d.resolved = trial.id));
-- The order of version 2: what the others wait for first, then the longest.
UPDATE trial SET urgency = image_steps +
  CASE role WHEN 'deform' THEN 3 WHEN 'segment' THEN 2 WHEN 'refine' THEN 1 ELSE 0 END * 1000000000000;

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
INSERT INTO trial_dice
SELECT m.trial, m.attempt, m.split, m.iteration, avg(m.value), count(*)
FROM trial t JOIN measurement m ON m.trial = t.id AND m.attempt = t.accepted
WHERE m.metric = 0 GROUP BY m.trial, m.attempt, m.split, m.iteration;
