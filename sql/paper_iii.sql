-- Table III as printed: Dice times 100, the number of iterations in parentheses, and whether the
-- number is bold (the Best columns are left out of that). Its 2x column is Table II's Quality 2x.
CREATE VIEW paper_table_iii (dataset, column_name, dice, iterations, bold) AS
VALUES
  ('PH2', 'quality-2x', 90.41, 2, 0), ('PH2', 'scratch-validation', 90.84, 3, 1),
  ('PH2', 'scratch-best', 91.23, 5, 0), ('PH2', 'warm-validation', 90.84, 9, 1),
  ('PH2', 'warm-best', 90.88, 11, 0),
  ('ISBI 2017', 'quality-2x', 81.18, 2, 0), ('ISBI 2017', 'scratch-validation', 82.46, 3, 1),
  ('ISBI 2017', 'scratch-best', 82.68, 1, 0), ('ISBI 2017', 'warm-validation', 80.59, 3, 0),
  ('ISBI 2017', 'warm-best', 81.23, 1, 0),
  ('Teeth-UCV', 'quality-2x', 84.83, 2, 0), ('Teeth-UCV', 'scratch-validation', 83.66, 3, 0),
  ('Teeth-UCV', 'scratch-best', 85.30, 7, 0), ('Teeth-UCV', 'warm-validation', 84.87, 3, 1),
  ('Teeth-UCV', 'warm-best', 86.61, 7, 0),
  ('Breast-Aesthetics', 'quality-2x', 93.98, 2, 0), ('Breast-Aesthetics', 'scratch-validation', 93.18, 2, 0),
  ('Breast-Aesthetics', 'scratch-best', 93.35, 2, 0), ('Breast-Aesthetics', 'warm-validation', 94.17, 3, 1),
  ('Breast-Aesthetics', 'warm-best', 94.24, 1, 0),
  ('Cervix-HUC', 'quality-2x', 79.65, 2, 1), ('Cervix-HUC', 'scratch-validation', 75.28, 1, 0),
  ('Cervix-HUC', 'scratch-best', 75.29, 1, 0), ('Cervix-HUC', 'warm-validation', 78.89, 2, 0),
  ('Cervix-HUC', 'warm-best', 79.17, 1, 0),
  ('Cervix-MobileODT', 'quality-2x', 88.37, 2, 1), ('Cervix-MobileODT', 'scratch-validation', 87.08, 2, 0),
  ('Cervix-MobileODT', 'scratch-best', 87.08, 2, 0), ('Cervix-MobileODT', 'warm-validation', 88.22, 2, 1),
  ('Cervix-MobileODT', 'warm-best', 88.23, 2, 0);

-- What Table II prints bold.
CREATE VIEW paper_table_ii_bold (dataset, column_name) AS
VALUES
  ('PH2', 'quality-2x'), ('ISBI 2017', 'quality-2x'), ('Teeth-UCV', 'quality-2x'),
  ('Breast-Aesthetics', 'quality-1x'), ('Cervix-HUC', 'quality-2x'), ('Cervix-MobileODT', 'quality-2x');

-- The cells of both tables under one name. The paper prints no number of iterations with Quality 2x.
CREATE VIEW paper_cell AS
SELECT 'II' AS tab, dataset, column_name, dice, NULL AS iterations FROM paper_table_ii
UNION ALL
SELECT 'III', dataset, column_name, dice, CASE WHEN column_name <> 'quality-2x' THEN iterations END
FROM paper_table_iii;
