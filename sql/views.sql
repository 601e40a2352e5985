-- What follows from the facts. Dropped and made anew at every start, so they may change freely.

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

-- Mean Dice of a trial per split and iteration.
CREATE VIEW mean_dice AS
SELECT m.trial, m.split, m.iteration, avg(m.value) AS dice, count(*) AS images
FROM trial t JOIN measurement m ON m.trial = t.id AND m.attempt = t.accepted
WHERE m.metric = 0
GROUP BY m.trial, m.split, m.iteration;

-- All that a selection may see. No other split can be reached through it.
CREATE VIEW validation_dice AS
SELECT trial, iteration, dice, images FROM mean_dice WHERE split = 1;

-- How each candidate of a selection stands: mean over its folds of the validation Dice after one
-- refinement (A29). A fold that is not done (collapsed, diverged, ...) leaves the candidate incomplete.
CREATE VIEW candidate_score AS
SELECT s.id AS selection, c.key AS position, c.value ->> '$.value' AS value,
       count(*) AS folds, sum(t.state = 'done' AND v.dice IS NOT NULL) AS complete,
       avg(v.dice) AS score
FROM trial s, json_each(s.spec, '$.candidates') c, json_each(c.value, '$.trials') i
JOIN trial t ON t.identity = i.value
LEFT JOIN validation_dice v ON v.trial = t.id AND v.iteration = 1 AND t.state = 'done'
WHERE s.role = 'select'
GROUP BY s.id, c.key;

-- Trials of a sweep by state.
CREATE VIEW sweep_state AS
SELECT st.sweep, t.role, t.state, count(*) AS trials, sum(t.image_steps) AS image_steps
FROM sweep_trial st JOIN trial t ON t.id = st.trial
GROUP BY st.sweep, t.role, t.state;
