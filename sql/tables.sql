-- The cells of Tables II and III and of the table of variants: which trial and iteration is behind each.
-- Nothing here is stored: a cell is a query over rows.

-- What selections chose. `value` is NULL while a choice is not made. `edge`: of the λ grid either end
-- (A16), of the iterations K; a list of n or of configurations has no edge.
CREATE VIEW choice AS
SELECT n.sweep, n.variant, n.net AS name, n.dataset, n.rotation, n.seed, n.trial, n.state,
       x.position, x.value, x.excluded,
       CASE WHEN json_array_length(t.spec, '$.candidates') < 2 THEN NULL
            WHEN n.net IN ('lambda', 'global-lambda') THEN x.position IN (0, json_array_length(t.spec, '$.candidates') - 1)
            WHEN n.net LIKE 'iteration/%' THEN x.position = json_array_length(t.spec, '$.candidates') - 1
       END AS edge
FROM net n JOIN trial t ON t.id = n.trial LEFT JOIN selection x ON x.trial = n.trial
WHERE n.role = 'select';

-- Best(k): the iteration from 1 with the highest mean test Dice (A28), ties as in selections.
-- NULL where it has none. By look-ups, so that a cell asks for its own trial alone.
CREATE VIEW best_iteration AS
SELECT t.id AS trial,
       (SELECT min(m.iteration) FROM mean_dice m WHERE m.trial = t.id AND m.split = 2 AND m.iteration >= 1
        AND m.dice >= (SELECT max(b.dice) FROM mean_dice b
                       WHERE b.trial = t.id AND b.split = 2 AND b.iteration >= 1) - 0.00005) AS iteration
FROM trial t;

CREATE VIEW fixed_column (tab, position, column_name, net, iteration) AS
VALUES ('II', 0, '0x', 'base', 0), ('II', 1, 'no-quality-1x', 'no-quality', 1),
       ('II', 2, 'no-quality-2x', 'no-quality', 2), ('II', 3, 'quality-1x', 'quality', 1),
       ('II', 4, 'quality-2x', 'quality', 2), ('III', 0, 'quality-2x', 'quality', 2);

CREATE VIEW searched_column (position, column_name, mode, stop) AS
VALUES (1, 'scratch-validation', 'scratch', 'validation'), (2, 'scratch-best', 'scratch', 'best'),
       (3, 'warm-validation', 'warm', 'validation'), (4, 'warm-best', 'warm', 'best');

CREATE VIEW variant_column (position, column_name, stop, iteration) AS
VALUES (0, '0x', 'fixed', 0), (1, '1x', 'fixed', 1), (2, '2x', 'fixed', 2),
       (3, 'validation', 'validation', NULL), (4, 'best', 'best', NULL);

-- Self-refinement: the net with the n that validation chose (A22). NULLs while it is not chosen.
CREATE VIEW self_refined AS
SELECT s.sweep, s.dataset, s.rotation, s.seed, s.mode, s.selection, s.steps,
       (SELECT n.trial FROM net n WHERE n.sweep = s.sweep AND n.variant = '' AND n.net = s.net AND n.split = 'test'
        AND n.dataset = s.dataset AND n.rotation = s.rotation AND n.seed = s.seed) AS trial,
       (SELECT n.training FROM net n WHERE n.sweep = s.sweep AND n.variant = '' AND n.net = s.net AND n.split = 'test'
        AND n.dataset = s.dataset AND n.rotation = s.rotation AND n.seed = s.seed) AS training,
       s.iteration_selection, x.value ->> '$.iteration' AS iteration
FROM (SELECT c.*, (SELECT i.trial FROM choice i WHERE i.sweep = c.sweep AND i.variant = '' AND i.name = 'iteration/' || c.net
                   AND i.dataset = c.dataset AND i.rotation = c.rotation AND i.seed = c.seed) AS iteration_selection
      FROM (SELECT sweep, dataset, rotation, seed, substr(name, 7) AS mode, trial AS selection,
                   value ->> '$.refine.self_steps' AS steps,
                   substr(name, 7) || '-' || (value ->> '$.refine.self_steps') AS net
            FROM choice WHERE variant = '' AND name LIKE 'steps/%') c) s
LEFT JOIN selection x ON x.trial = s.iteration_selection;

-- One row per cell, rotation and seed: rows of `trial` at `iteration` on the test split. `waits` is
-- what decides the cell while it has no trial or iteration.
CREATE VIEW cell AS
SELECT f.tab, n.sweep, n.variant, n.dataset, f.position, f.column_name, n.rotation, n.seed,
       n.trial, n.training, f.iteration, NULL AS waits
FROM fixed_column f JOIN net n ON n.net = f.net AND n.variant = '' AND (n.split = 'test' OR n.net = 'base')
WHERE EXISTS (SELECT 1 FROM sweep_net s WHERE s.sweep = n.sweep
              AND s.net GLOB CASE f.tab WHEN 'II' THEN 'quality' ELSE 'steps/*' END)
UNION ALL
SELECT 'III', s.sweep, '', s.dataset, k.position, k.column_name, s.rotation, s.seed, s.trial, s.training,
       CASE k.stop WHEN 'validation' THEN s.iteration ELSE b.iteration END,
       coalesce(s.iteration_selection, s.selection)
FROM searched_column k JOIN self_refined s ON s.mode = k.mode
LEFT JOIN best_iteration b ON b.trial = s.trial
UNION ALL
SELECT 'variants', n.sweep, n.variant, n.dataset, k.position, k.column_name, n.rotation, n.seed, n.trial,
       n.training,
       CASE k.stop WHEN 'fixed' THEN k.iteration WHEN 'best' THEN b.iteration
                   ELSE x.value ->> '$.iteration' END, n.choice
FROM variant_column k
JOIN (SELECT n.*, (SELECT i.trial FROM choice i WHERE i.sweep = n.sweep AND i.variant = n.variant
                   AND i.name = 'iteration/' || n.net AND i.dataset = n.dataset AND i.rotation = n.rotation
                   AND i.seed = n.seed) AS choice
      FROM net n WHERE n.variant <> '') n
  ON (n.net = 'variant' AND n.split = 'test')
  OR (n.net = 'base' AND k.column_name = '0x' AND NOT EXISTS (
        SELECT 1 FROM sweep_net o WHERE o.sweep = n.sweep AND o.variant = n.variant AND o.net <> 'base'))
JOIN sweep s ON s.id = n.sweep
LEFT JOIN selection x ON x.trial = n.choice
LEFT JOIN best_iteration b ON b.trial = n.trial
WHERE (k.column_name = '0x' OR n.choice IS NOT NULL)
  AND n.variant IN (SELECT v.value ->> '$.name' FROM json_each(s.experiment, '$.variants') v);

-- How a cell's row stands: `done` unless a net behind its masks is not. Where the row itself is not done, the
-- refiner counts for 0x too: it is what the row waits for.
CREATE VIEW cell_state AS
SELECT c.*, t.accepted, t.spec ->> '$.evaluate.iterations' AS searched,
       coalesce(t.state = 'done', 0) AND NOT EXISTS (
         SELECT 1 FROM net_behind b WHERE b.trial = c.trial
         AND b.refined = (coalesce(c.iteration, 1) > 0) AND b.state <> 'done') AS done,
       coalesce(t.role = 'segment' AND t.state = 'collapsed', 0) +
       (SELECT count(*) FROM net_behind b WHERE b.trial = c.trial
        AND (b.refined = (coalesce(c.iteration, 1) > 0) OR t.state <> 'done') AND b.state = 'collapsed') AS collapsed,
       coalesce(t.role = 'segment' AND t.state = 'diverged', 0) +
       (SELECT count(*) FROM net_behind b WHERE b.trial = c.trial
        AND (b.refined = (coalesce(c.iteration, 1) > 0) OR t.state <> 'done') AND b.state = 'diverged') AS diverged
FROM cell c LEFT JOIN trial t ON t.id = c.trial;

-- A cell's nets and its number: the mean over the test images (and rotations and seeds) of the Dice,
-- times 100. `dice` is NULL unless every net behind the cell is done and has not collapsed. `searched`: K.
CREATE VIEW table_cell AS
SELECT c.tab, c.sweep, c.variant, c.dataset, c.position, c.column_name,
       count(*) AS nets, sum(c.done) AS done, sum(c.collapsed) AS collapsed, sum(c.diverged) AS diverged,
       CASE WHEN sum(c.done AND m.dice IS NOT NULL) = count(*)
            THEN 100 * sum(m.dice * m.images) / sum(m.images) END AS dice,
       sum(m.images) AS images, min(c.iteration) AS first_iteration, max(c.iteration) AS last_iteration,
       max(c.searched) AS searched
FROM cell_state c LEFT JOIN trial_dice m ON m.trial = c.trial AND m.attempt = c.accepted AND m.split = 2
  AND m.iteration = c.iteration
GROUP BY c.tab, c.sweep, c.variant, c.dataset, c.position;

-- Per image: what statistics are made from. A base net's training scores its masks by Dice, soft Dice and
-- Jaccard alone, and more would train every net anew; the rest is what an evaluation that starts from
-- the very same masks scored of its iteration 0.
CREATE VIEW cell_image AS
SELECT c.tab, c.sweep, c.variant, c.dataset, c.column_name, c.rotation, c.seed, c.trial, c.iteration,
       m.image, k.name AS metric, m.value
FROM cell c JOIN trial t ON t.id = c.trial
JOIN measurement m ON m.trial = t.id AND m.attempt = t.accepted AND m.split = 2 AND m.iteration = c.iteration
JOIN metric k ON k.id = m.metric
UNION ALL
SELECT c.tab, c.sweep, c.variant, c.dataset, c.column_name, c.rotation, c.seed, c.trial, c.iteration,
       m.image, k.name, m.value
FROM cell c JOIN base_evaluation b ON b.base = c.trial AND b.split = 'test' JOIN trial e ON e.id = b.evaluation
JOIN measurement m ON m.trial = e.id AND m.attempt = e.accepted AND m.split = 2 AND m.iteration = 0
JOIN metric k ON k.id = m.metric AND k.name NOT IN ('dice', 'dice_soft', 'jaccard')
WHERE c.iteration = 0;

-- Curves: what stopping rules are fitted on and applied to.
CREATE VIEW curve AS
SELECT n.sweep, n.variant, n.net, n.dataset, n.rotation, n.seed, n.split, n.trial, m.image, m.iteration,
       k.name AS metric, m.value
FROM net n JOIN trial t ON t.id = n.trial
JOIN measurement m ON m.trial = t.id AND m.attempt = t.accepted
JOIN metric k ON k.id = m.metric
WHERE n.role = 'evaluate';

-- Table I and the choice of λ: every candidate with its score times 100.
CREATE VIEW candidate_row AS
SELECT c.sweep, c.variant, c.name, c.dataset, c.rotation, c.seed, c.state, s.position, s.patch,
       100 * s.score AS score, s.trials, s.position = c.position AS chosen, s.rung + 1 AS rung, s.standing
FROM choice c JOIN candidate_score s ON s.selection = c.trial;

-- The trainings of a sweep, for the notes below the tables.
CREATE VIEW training AS
SELECT m.sweep, t.* FROM member m JOIN trial t ON t.id = m.trial WHERE t.role IN ('segment', 'refine');

-- The variants that are controls of the claim that gains are refinement's, and the experiment's own
-- method among the variants ('reference').
CREATE VIEW control (sweep, variant, control) AS
SELECT sweep, variant, CASE
  WHEN v ->> '$.refine.mask_input' = 'zero' THEN 'C1'
  WHEN v ->> '$.net' = 'base' AND (SELECT max(t.spec ->> '$.training.epochs') FROM net n JOIN trial t ON t.id = n.trial
    WHERE n.sweep = o.sweep AND n.variant = o.variant AND n.net = 'base')
    > coalesce(nullif(e ->> '$.segment.epochs', 0), e ->> '$.training.epochs')
      * coalesce(e ->> '$.segment.epochs_factor', 1) THEN 'C2'
  WHEN v ->> '$.net' = 'ensemble' THEN 'C3'
  WHEN v ->> '$.base' = 'own' AND v ->> '$.lambda' IS NULL
    AND (coalesce(v ->> '$.network.norm', 'none') NOT IN ('none', coalesce(e ->> '$.network.norm', 'none'))
         OR coalesce(v ->> '$.training.loss', 'dice') NOT IN ('dice', coalesce(e ->> '$.training.loss', 'dice'))) THEN 'C4'
  WHEN json_remove(v, '$.name', '$.net', '$.base') = '{}' AND v ->> '$.net' = 'refine'
    AND v ->> '$.base' = 'paper' THEN 'reference'
  END
FROM (SELECT s.id AS sweep, s.experiment AS e, j.value AS v, j.value ->> '$.name' AS variant
      FROM sweep s, json_each(s.experiment, '$.variants') j) o;
