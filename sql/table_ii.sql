-- Table II: mean test Dice of the base net and of one and two refinements, without and with quality.

-- The trial behind each net of Table II, per sweep, data set, rotation and seed. Fold 0 is "the"
-- 60-20-20 partition (A18). `trial` is NULL while λ is not chosen.
CREATE VIEW table_ii_net AS
SELECT st.sweep, t.dataset, t.rotation, t.seed, 'base' AS net, t.id AS trial
FROM sweep_trial st JOIN trial t ON t.id = st.trial
WHERE t.role = 'segment' AND t.fold = 0
UNION ALL
SELECT st.sweep, t.dataset, t.rotation, t.seed, 'no_quality', t.id
FROM sweep_trial st JOIN trial t ON t.id = st.trial
WHERE t.role = 'refine' AND t.mode = 'plain' AND t.fold = 0 AND t.lambda = 0
UNION ALL
SELECT st.sweep, s.dataset, s.rotation, s.seed, 'quality',
       (SELECT t.id FROM sweep_trial q JOIN trial t ON t.id = q.trial
        WHERE q.sweep = st.sweep AND t.role = 'refine' AND t.mode = 'plain' AND t.fold = 0
          AND t.dataset = s.dataset AND t.rotation = s.rotation AND t.seed = s.seed
          AND t.lambda = x.value)
FROM sweep_trial st JOIN trial s ON s.id = st.trial AND s.role = 'select'
LEFT JOIN selection x ON x.trial = s.id;

CREATE VIEW table_ii_column (position, name, net, iteration) AS
VALUES (0, '0x', 'base', 0), (1, 'no-quality-1x', 'no_quality', 1), (2, 'no-quality-2x', 'no_quality', 2),
       (3, 'quality-1x', 'quality', 1), (4, 'quality-2x', 'quality', 2);

-- Table II, one row per cell: the mean over the test images (and rotations and seeds) of the Dice,
-- times 100. `dice` is NULL unless every net behind the cell is done.
CREATE VIEW table_ii AS
SELECT n.sweep, n.dataset, c.position, c.name AS column_name,
       count(*) AS nets, sum(coalesce(t.state = 'done', 0)) AS done,
       sum(coalesce(t.state = 'collapsed', 0)) AS collapsed,
       CASE WHEN sum(coalesce(t.state = 'done', 0)) = count(*)
            THEN 100 * sum(m.dice * m.images) / sum(m.images) END AS dice,
       sum(m.images) AS images, group_concat(n.trial) AS trials
FROM table_ii_net n JOIN table_ii_column c ON c.net = n.net
LEFT JOIN trial t ON t.id = n.trial
LEFT JOIN mean_dice m ON m.trial = n.trial AND m.split = 2 AND m.iteration = c.iteration
GROUP BY n.sweep, n.dataset, c.position;

-- What an incomplete cell still waits for: its own nets, or the trainings that λ is chosen from.
CREATE VIEW table_ii_missing AS
SELECT n.sweep, n.dataset, n.net, st.name, t.state, t.reason
FROM table_ii_net n JOIN trial t ON t.id = n.trial
JOIN sweep_trial st ON st.sweep = n.sweep AND st.trial = t.id
WHERE t.state <> 'done'
UNION
SELECT n.sweep, n.dataset, n.net, st.name, t.state, t.reason
FROM table_ii_net n
JOIN sweep_trial ss ON ss.sweep = n.sweep
JOIN trial s ON s.id = ss.trial AND s.role = 'select' AND s.dataset = n.dataset
            AND s.rotation = n.rotation AND s.seed = n.seed
JOIN need d ON d.trial = s.id
JOIN trial t ON t.id = d.needs
JOIN sweep_trial st ON st.sweep = n.sweep AND st.trial = t.id
WHERE n.net = 'quality' AND n.trial IS NULL AND t.state <> 'done';

-- The λ that was chosen, and whether it is the first or last of its candidates.
CREATE VIEW chosen_lambda AS
SELECT st.sweep, s.dataset, s.rotation, s.seed, x.value AS lambda, x.excluded,
       x.value IN (c.low, c.high) AND c.low < c.high AS edge
FROM sweep_trial st JOIN trial s ON s.id = st.trial
JOIN selection x ON x.trial = s.id
JOIN (SELECT selection, min(value) AS low, max(value) AS high FROM candidate_score
      GROUP BY selection) c ON c.selection = s.id;

-- The trainings of a sweep, for the notes below the table.
CREATE VIEW table_ii_trial AS
SELECT st.sweep, t.* FROM sweep_trial st JOIN trial t ON t.id = st.trial WHERE t.role <> 'select';
