-- What follows from the facts. A start that finds others makes them anew, so they may change freely.

-- Rows that count: of the attempt whose Done was accepted, with names instead of numbers.
-- The view that a person queries: one row per image, split, iteration and metric.
CREATE VIEW result AS
SELECT t.id AS trial, t.role, t.dataset, t.rotation, t.fold, t.seed, t.mode, t.lambda,
       s.name AS split, i.id AS image, m.iteration, k.name AS metric, m.value
FROM trial t
JOIN measurement m ON m.trial = t.id AND m.attempt = t.accepted
JOIN split s ON s.id = m.split
JOIN metric k ON k.id = m.metric
LEFT JOIN image i ON i.pack = t.spec ->> '$.pack' AND i.position = m.image;

-- Mean Dice of a trial per split and iteration, of the attempt that counts. Each is found by its key.
CREATE VIEW mean_dice AS
SELECT d.trial, d.split, d.iteration, d.dice, d.images
FROM trial t JOIN trial_dice d ON d.trial = t.id AND d.attempt = t.accepted;

-- All that a selection may see. No other split can be reached through it.
CREATE VIEW validation_dice AS
SELECT trial, iteration, dice, images FROM mean_dice WHERE split = 1;

-- Epochs of accepted attempts. What early stopping looks at is a soft Dice but for nets that only rate
-- masks (ref. [15]): a view, since the column is older than those.
CREATE VIEW epoch_signal AS
SELECT e.trial, e.epoch, e.train_loss, e.validation_dice AS signal,
       CASE WHEN t.mode = 'ascent' THEN 'minus squared error of quality' ELSE 'soft Dice' END AS meaning
FROM trial t JOIN epoch e ON e.trial = t.id AND e.attempt = t.accepted;

-- Attempts that failed, and whether each counts: one that got further than all before it does not, since the next
-- goes on from there; nor what a person has forgiven. `furthest`: the epoch of the newest checkpoint before it.
CREATE VIEW failure AS
SELECT f.*, f.attempt > t.forgiven AND f.checkpoint <= f.furthest AS counts
FROM (SELECT a.trial, a.attempt, a.checkpoint,
             (SELECT coalesce(max(b.checkpoint), 0) FROM attempt b WHERE b.trial = a.trial AND b.attempt < a.attempt) AS furthest
      FROM attempt a WHERE a.state = 'failed') f
JOIN trial t ON t.id = f.trial;

-- Two attempts of a trial that ran with the same arithmetic and gave other rows, against the promise that they are
-- the same bit by bit. `attempt` was accepted, `other` came before it. Not of teams: their sums go in the order of ranks
-- and hosts.
CREATE VIEW disagreement AS
SELECT x.trial, x.attempt, a.worker, w.host, x.other, b.worker AS other_worker, v.host AS other_host, w.arithmetic,
       x.rows, x.epochs
FROM difference x
JOIN attempt a ON a.trial = x.trial AND a.attempt = x.attempt JOIN worker w ON w.id = a.worker
JOIN attempt b ON b.trial = x.trial AND b.attempt = x.other JOIN worker v ON v.id = b.worker
WHERE w.arithmetic = v.arithmetic AND w.arithmetic <> ''
  AND coalesce((SELECT t.spec ->> '$.numerics.ranks' FROM trial t WHERE t.id = x.trial), 1) = 1;

-- A need as it stands: of a deferred trial that has its parameters, the trial that has them.
CREATE VIEW standing_need AS
SELECT n.trial, coalesce(d.resolved, d.id) AS needs, n.input, n.artifact
FROM need n JOIN trial d ON d.id = n.needs;

-- For a base net: the newest evaluation whose iteration 0 is its masks and no others', so that metrics which a
-- training does not record of its masks are there.
CREATE VIEW base_evaluation AS
SELECT * FROM (
  SELECT b.id AS base, s.name AS split,
         (SELECT max(e.id) FROM need n JOIN trial e ON e.id = n.trial AND e.role = 'evaluate' AND e.accepted IS NOT NULL
          WHERE n.needs IN (SELECT b.id UNION ALL SELECT d.id FROM trial d WHERE d.resolved = b.id)
            AND n.input = 'masks' AND e.spec ->> '$.evaluate.split' = s.name
            AND coalesce(e.spec ->> '$.refine.base_mask_values', 'soft') = 'soft'
            AND NOT EXISTS (SELECT 1 FROM need o WHERE o.trial = n.trial
                            AND (o.input GLOB 'masks.*' OR o.input GLOB 'seed.*'))) AS evaluation
  FROM trial b JOIN split s WHERE b.role = 'segment')
WHERE evaluation IS NOT NULL;

-- What a selection by halving has of a trial: 2, its candidate is on a rung that needs it; 1, it may come
-- to it; 0, it will not any more.
CREATE VIEW stake AS
SELECT h.selection, h.position, h.trial,
       CASE WHEN c.standing <> 'open' THEN 0 WHEN h.rung <= c.rung THEN 2 ELSE 1 END AS wish
FROM halving_trial h JOIN halving c ON c.selection = h.selection AND c.position = h.position;

-- How much a sweep wants a trial, likewise: 2 unless it is optional to it. Also of a deferred trial the one
-- that it turned out to be.
CREATE VIEW wish AS
SELECT m.trial, m.sweep, CASE WHEN m.optional = 0 THEN 2 ELSE coalesce(
  (SELECT max(k.wish) FROM stake k JOIN sweep_trial s ON s.trial = k.selection AND s.sweep = m.sweep
   WHERE k.trial = m.trial), 2) END AS wish
FROM sweep_trial m
UNION ALL
SELECT d.resolved, m.sweep, 2 FROM trial d JOIN sweep_trial m ON m.trial = d.id WHERE d.resolved IS NOT NULL;

-- Needs that are not met: a selection only waits for a trial to end, if it still counts on it; everything else
-- for its artifacts, which must be there.
CREATE VIEW unmet_need AS
SELECT t.id AS trial, n.needs
FROM trial t JOIN standing_need n ON n.trial = t.id JOIN trial d ON d.id = n.needs
WHERE NOT CASE WHEN t.demand IS NULL AND NOT t.deferred  -- a selection, told without its spec
               THEN d.state NOT IN ('waiting', 'leased', 'held', 'pruned')
               OR coalesce((SELECT max(k.wish) FROM stake k WHERE k.selection = t.id AND k.trial = d.id), 1) = 0
               ELSE d.state IN ('done', 'collapsed') AND NOT EXISTS (
                 SELECT 1 FROM output o WHERE o.trial = d.id AND o.discarded IS NOT NULL
                 AND o.attempt = d.accepted AND o.name = n.artifact) END;

-- Artifacts that retention may let go: of attempts that do not count, and weights of inner folds (1 and up);
-- of nets that vote once the choice is made and every trial that waits for it is known. No plan scores or
-- continues those nets. Masks stay, since a further candidate is trained on them, and so does all of fold 0.
CREATE VIEW spare_output AS
SELECT o.trial, o.attempt, o.name, o.digest
FROM output o JOIN trial t ON t.id = o.trial
WHERE o.discarded IS NULL AND (o.attempt IS NOT t.accepted OR (
  o.name = 'weights' AND t.fold > 0
  AND NOT EXISTS (  -- an input of no trial, at whatever stage that is, and no net of a table
    SELECT 1 FROM (SELECT t.id AS id UNION ALL SELECT d.id FROM trial d WHERE d.resolved = t.id) a
    WHERE EXISTS (SELECT 1 FROM need n WHERE n.needs = a.id AND n.artifact = o.name)
       OR a.id IN (SELECT trial FROM sweep_net)
       OR EXISTS (
         SELECT 1 FROM need v JOIN trial s ON s.id = v.trial AND s.role = 'select'
         WHERE v.needs = a.id AND (s.state <> 'done' OR EXISTS (
           SELECT 1 FROM need w JOIN trial d ON d.id = w.trial
           WHERE w.needs = s.id AND w.artifact = o.name AND d.state IN ('waiting', 'blocked')))))));

-- The trials of a sweep as they stand.
CREATE VIEW member AS
SELECT st.sweep, coalesce(t.resolved, t.id) AS trial, min(st.name) AS name
FROM sweep_trial st JOIN trial t ON t.id = st.trial
GROUP BY st.sweep, coalesce(t.resolved, t.id);

-- Which sweeps want a trial now.
CREATE VIEW wanted (trial, sweep) AS
SELECT DISTINCT trial, sweep FROM wish WHERE wish = 2;

-- What trials are to the tables of a sweep. `training` is the net behind an evaluation.
CREATE VIEW net AS
SELECT sn.sweep, sn.variant, sn.net, e.id AS trial, e.role, e.state, e.dataset, e.rotation, e.seed,
       e.spec ->> '$.evaluate.split' AS split,
       CASE e.role WHEN 'evaluate' THEN
         (SELECT w.id FROM need n JOIN trial w ON w.id = n.needs
          WHERE n.trial = e.id AND n.input = 'weights' AND w.role = 'refine')
       ELSE e.id END AS training
FROM sweep_net sn JOIN trial t ON t.id = sn.trial JOIN trial e ON e.id = coalesce(t.resolved, t.id);

-- The nets behind an evaluation's masks: `refined` 0, those of the base masks, of an ensemble all members; 1, of the
-- refiner. Each is found by a key, which a union of them with base nets behind their own masks is not.
CREATE VIEW net_behind (trial, refined, training, state) AS
SELECT n.trial, n.input = 'weights', w.id, w.state
FROM need n JOIN trial e ON e.id = n.trial AND e.role = 'evaluate'
JOIN trial d ON d.id = n.needs JOIN trial w ON w.id = coalesce(d.resolved, d.id)
WHERE n.input IN ('weights', 'masks') OR n.input GLOB 'masks.*';

-- Evaluations of nets that collapsed (or broke): EXISTS on them is a look-up by key.
CREATE VIEW collapsed_evaluation AS
SELECT n.trial FROM need n JOIN trial d ON d.id = n.needs JOIN trial w ON w.id = coalesce(d.resolved, d.id)
WHERE n.input = 'weights' AND w.state <> 'done';

-- Which trials speak for a candidate, within its range of iterations. A trial that is not done (collapsed,
-- diverged, ...) does not; nor does the evaluation of a net that collapsed, unless those of all candidates
-- are such.
CREATE VIEW candidate_trial AS
SELECT s.id AS selection, c.key AS position, c.value ->> '$.first' AS first, c.value ->> '$.last' AS last, t.id AS trial
FROM trial s, json_each(s.spec, '$.candidates') c, json_each(c.value, '$.trials') i
JOIN trial p ON p.identity = i.value
JOIN trial t ON t.id = coalesce(p.resolved, p.id) AND t.state = 'done'
WHERE s.role = 'select' AND (
  NOT EXISTS (SELECT 1 FROM collapsed_evaluation x WHERE x.trial = t.id)
  OR NOT EXISTS (
    SELECT 1 FROM json_each(s.spec, '$.candidates') oc, json_each(oc.value, '$.trials') oi
    JOIN trial op ON op.identity = oi.value
    JOIN trial ot ON ot.id = coalesce(op.resolved, op.id) AND ot.state = 'done'
    WHERE NOT EXISTS (SELECT 1 FROM collapsed_evaluation y WHERE y.trial = ot.id)));

-- The scores that speak for a candidate: per iteration the mean over its trials of the validation Dice.
CREATE VIEW candidate_iteration AS
SELECT k.selection, k.position, v.iteration, count(*) AS trials, avg(v.dice) AS dice
FROM candidate_trial k JOIN validation_dice v ON v.trial = k.trial AND v.iteration BETWEEN k.first AND k.last
GROUP BY k.selection, k.position, v.iteration;

-- The score of a candidate of a selection by halving on each rung: over the folds of that rung and those
-- before the mean of the validation Dice; NULL while one is missing. `lost`: how many ended without one.
CREATE VIEW rung_score AS
SELECT r.selection, r.position, r.rung, count(*) AS folds,
       CASE WHEN sum(t.state <> 'done') = 0 THEN avg((
         SELECT v.dice FROM validation_dice v WHERE v.trial = t.id AND v.iteration = c.iteration)) END AS score,
       sum(t.state IN ('collapsed', 'diverged', 'failed', 'blocked')) AS lost
FROM halving_trial r JOIN halving c ON c.selection = r.selection AND c.position = r.position
JOIN halving_trial h ON h.selection = r.selection AND h.position = r.position AND h.rung <= r.rung
JOIN trial t ON t.id = h.trial
WHERE r.trial = (SELECT min(f.trial) FROM halving_trial f  -- once for each rung
                 WHERE f.selection = r.selection AND f.position = r.position AND f.rung = r.rung)
GROUP BY r.selection, r.position, r.rung;

-- How each candidate of a selection stands: its best iteration's score (A22, A27, A29), NULL unless all of
-- its trials speak for it. Not by candidate_iteration: SQLite would make that for all selections to look
-- at one, and a choice must cost the same however many there are. `rung` and `standing` only of a selection
-- by halving, whose pruned candidates have no score, whoever else may have trained them on all folds.
CREATE VIEW candidate_score AS
SELECT s.id AS selection, c.key AS position, c.value -> '$.patch' AS patch,
       json_array_length(c.value, '$.trials') AS trials,
       CASE WHEN coalesce(h.standing, 'open') = 'open' THEN (SELECT max(dice) FROM (
          SELECT avg(v.dice) AS dice
          FROM candidate_trial k
          JOIN validation_dice v ON v.trial = k.trial AND v.iteration BETWEEN k.first AND k.last
          WHERE k.selection = s.id AND k.position = c.key
          GROUP BY v.iteration
          HAVING count(*) = json_array_length(c.value, '$.trials'))) END AS score,
       h.rung, h.standing
FROM trial s, json_each(s.spec, '$.candidates') c
LEFT JOIN halving h ON h.selection = s.id AND h.position = c.key
WHERE s.role = 'select';

-- Trials of a sweep and their states. What the sweep will not come to is pruned to it, whoever else wants it.
CREATE VIEW member_state AS
SELECT m.sweep, m.trial, t.role, t.image_steps,
       CASE WHEN t.state IN ('waiting', 'leased', 'held') AND EXISTS (
              SELECT 1 FROM sweep_trial o WHERE o.sweep = m.sweep AND o.trial = t.id AND o.optional)
            AND NOT EXISTS (SELECT 1 FROM stake k JOIN sweep_trial o ON o.sweep = m.sweep AND o.trial = k.selection
                            WHERE k.trial = t.id AND k.wish > 0)
            AND NOT EXISTS (SELECT 1 FROM trial d JOIN sweep_trial o ON o.sweep = m.sweep AND o.trial = d.id
                            WHERE d.resolved = t.id)
            THEN 'pruned' ELSE t.state END AS state
FROM member m JOIN trial t ON t.id = m.trial;

-- The same counted: of all sweeps, since a condition on one does not come through two groupings.
CREATE VIEW sweep_state AS
SELECT sweep, role, state, count(*) AS trials, sum(image_steps) AS image_steps
FROM member_state GROUP BY sweep, role, state;

-- What a trial is called, whichever sweep it is of: by its own name, or by that of the trial whose parameters
-- were chosen to be its own.
CREATE VIEW trial_name AS
SELECT t.id AS trial,
       coalesce((SELECT min(name) FROM sweep_trial WHERE trial = t.id),
                (SELECT min(m.name) FROM trial d JOIN sweep_trial m ON m.trial = d.id WHERE d.resolved = t.id),
                '') AS name
FROM trial t;
