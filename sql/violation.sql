-- The invariants. A row here is a bug; the tests look after every step.
CREATE VIEW violation (rule, trial) AS
SELECT 'unmet is not the number of unmet needs', t.id FROM trial t
  WHERE t.state IN ('waiting', 'leased', 'blocked') AND t.unmet <> (SELECT count(*) FROM unmet_need n WHERE n.trial = t.id)
UNION ALL
SELECT 'a trial is leased or past it with needs unmet', t.id FROM trial t
  WHERE t.unmet > 0 AND t.state NOT IN ('waiting', 'blocked', 'resolved', 'held', 'pruned')
    AND NOT EXISTS (  -- unless an input of it was lost after it was leased
      SELECT 1 FROM standing_need n JOIN output o ON o.trial = n.needs AND o.name = n.artifact
      WHERE n.trial = t.id AND o.discarded IS NOT NULL)
UNION ALL
SELECT 'a finished training has no accepted attempt, or an unfinished one has', id FROM trial
  WHERE role <> 'select' AND (accepted IS NOT NULL) <> (state IN ('done', 'collapsed'))
UNION ALL
SELECT 'the accepted attempt is not done', t.id FROM trial t
  WHERE t.accepted IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM attempt a WHERE a.trial = t.id AND a.attempt = t.accepted AND a.state = 'done')
UNION ALL
SELECT 'two attempts are done', trial FROM attempt WHERE state = 'done' GROUP BY trial HAVING count(*) > 1
UNION ALL
SELECT 'an attempt runs that is not its trial''s lease', a.trial FROM attempt a JOIN trial t ON t.id = a.trial
  WHERE a.state = 'running' AND NOT (t.state = 'leased' AND t.attempt = a.attempt)
UNION ALL
SELECT 'a leased trial has no running attempt', t.id FROM trial t
  WHERE t.state = 'leased' AND NOT EXISTS (
    SELECT 1 FROM attempt a WHERE a.trial = t.id AND a.attempt = t.attempt AND a.state = 'running')
UNION ALL
SELECT 'an accepted attempt has not the rows of its Done', t.id
FROM trial t JOIN attempt a ON a.trial = t.id AND a.attempt = t.accepted
  WHERE a.rows <> (SELECT count(*) FROM measurement m WHERE m.trial = t.id AND m.attempt = t.accepted)
UNION ALL
SELECT 'a trial rests that runs or has ended', id FROM trial
  WHERE rests AND state NOT IN ('waiting', 'blocked', 'held', 'pruned')
UNION ALL
SELECT 'a column says what the spec does not', id FROM trial
  WHERE role IS NOT spec ->> '$.role' OR dataset IS NOT spec ->> '$.dataset' OR rotation IS NOT spec ->> '$.rotation'
     OR fold IS NOT spec ->> '$.fold' OR seed IS NOT spec ->> '$.seed'
     OR mode IS NOT spec ->> '$.refine.mode' OR lambda IS NOT spec ->> '$.refine.lambda'
UNION ALL
SELECT 'a mean Dice is not that of its rows', m.trial
FROM (SELECT m.trial, m.attempt, m.split, m.iteration, avg(m.value) AS dice, count(*) AS images
      FROM trial t CROSS JOIN measurement m ON m.trial = t.id AND m.attempt = t.accepted
      WHERE m.metric = 0 GROUP BY m.trial, m.attempt, m.split, m.iteration) m
LEFT JOIN trial_dice d ON d.trial = m.trial AND d.attempt = m.attempt AND d.split = m.split AND d.iteration = m.iteration
  WHERE d.dice IS NOT m.dice OR d.images IS NOT m.images
UNION ALL
SELECT 'a mean Dice has no rows', t.id FROM trial t JOIN trial_dice d ON d.trial = t.id AND d.attempt = t.accepted
  WHERE NOT EXISTS (SELECT 1 FROM measurement m WHERE m.trial = t.id AND m.attempt = t.accepted AND m.split = d.split
                    AND m.iteration = d.iteration AND m.metric = 0)
UNION ALL
SELECT 'a finished training left no weights', t.id FROM trial t
  WHERE t.role IN ('segment', 'refine') AND t.accepted IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM output o WHERE o.trial = t.id AND o.attempt = t.accepted AND o.name = 'weights')
UNION ALL
SELECT 'a trial waits for an artifact that was discarded, and nothing makes it again', t.id
FROM output o JOIN trial d ON d.id = o.trial AND d.accepted = o.attempt
JOIN standing_need n ON n.needs = d.id AND n.artifact = o.name
JOIN trial t ON t.id = n.trial AND t.state = 'waiting' JOIN sweep s ON s.id = t.queue AND s.state = 'active'
  WHERE o.discarded IS NOT NULL
UNION ALL
SELECT 'a selection is done without a value, or has one without being done', t.id
FROM trial t LEFT JOIN selection s ON s.trial = t.id
  WHERE t.role = 'select' AND (t.state = 'done') <> (s.value IS NOT NULL)
UNION ALL
SELECT 'a deferred trial runs, or a resolved one is not deferred', id FROM trial
  WHERE (deferred AND state NOT IN ('waiting', 'blocked', 'resolved'))
     OR (state = 'resolved') <> (resolved IS NOT NULL) OR (resolved IS NOT NULL AND NOT deferred)
UNION ALL
SELECT 'a deferred trial is resolved to another deferred one', t.id
FROM trial t JOIN trial c ON c.id = t.resolved WHERE c.deferred
UNION ALL
SELECT 'a selection or a deferred trial has a demand, or another trial has none', id FROM trial
  WHERE (demand IS NULL) <> (role = 'select' OR deferred)
UNION ALL
SELECT 'a trial waits in the queue of a sweep that does not want it, or in none', t.id FROM trial t
  WHERE t.state IN ('waiting', 'leased')
  AND (SELECT count(*) FROM wanted w WHERE w.trial = t.id AND w.sweep = t.queue)
    < (SELECT min(count(*), 1) FROM wanted w WHERE w.trial = t.id)
UNION ALL
SELECT 'a trial waits for a sweep that is held back while an active one wants it', t.id
FROM trial t JOIN sweep q ON q.id = t.queue AND q.state <> 'active'
  WHERE t.state IN ('waiting', 'leased') AND EXISTS (
    SELECT 1 FROM wanted w JOIN sweep s ON s.id = w.sweep AND s.state = 'active' WHERE w.trial = t.id)
UNION ALL
SELECT 'a trial waits, or is held or pruned, against what is wanted of it', t.id FROM trial t
  WHERE (t.state IN ('held', 'pruned') OR (t.state = 'waiting' AND t.id IN (SELECT trial FROM halving_trial)))
  AND t.state <> (
    SELECT CASE w.wish WHEN 2 THEN 'waiting' WHEN 1 THEN 'held' ELSE 'pruned' END
    FROM wish w JOIN sweep s ON s.id = w.sweep WHERE w.trial = t.id
    ORDER BY s.state = 'cancelled', w.wish DESC LIMIT 1)
UNION ALL
SELECT 'a selection by halving is done with a candidate undecided', h.selection
FROM halving h JOIN trial s ON s.id = h.selection AND s.state = 'done'
  WHERE h.standing = 'open' AND h.rung < (SELECT max(r.rung) FROM halving_trial r WHERE r.selection = h.selection);
