-- Table II as printed (Rebelo, Fernandes, Cardoso): Dice times 100. Data sets by the names that
-- experiments give them.
CREATE VIEW paper_table_ii (dataset, column_name, dice) AS
VALUES
  ('PH2', '0x', 83.21), ('PH2', 'no-quality-1x', 89.10), ('PH2', 'no-quality-2x', 89.14),
  ('PH2', 'quality-1x', 90.40), ('PH2', 'quality-2x', 90.41),
  ('ISBI 2017', '0x', 71.30), ('ISBI 2017', 'no-quality-1x', 80.53), ('ISBI 2017', 'no-quality-2x', 79.89),
  ('ISBI 2017', 'quality-1x', 81.13), ('ISBI 2017', 'quality-2x', 81.18),
  ('Teeth-UCV', '0x', 80.50), ('Teeth-UCV', 'no-quality-1x', 83.21), ('Teeth-UCV', 'no-quality-2x', 83.62),
  ('Teeth-UCV', 'quality-1x', 83.84), ('Teeth-UCV', 'quality-2x', 84.83),
  ('Breast-Aesthetics', '0x', 92.81), ('Breast-Aesthetics', 'no-quality-1x', 93.01),
  ('Breast-Aesthetics', 'no-quality-2x', 92.77), ('Breast-Aesthetics', 'quality-1x', 94.11),
  ('Breast-Aesthetics', 'quality-2x', 93.98),
  ('Cervix-HUC', '0x', 76.85), ('Cervix-HUC', 'no-quality-1x', 79.10), ('Cervix-HUC', 'no-quality-2x', 78.46),
  ('Cervix-HUC', 'quality-1x', 79.60), ('Cervix-HUC', 'quality-2x', 79.65),
  ('Cervix-MobileODT', '0x', 87.17), ('Cervix-MobileODT', 'no-quality-1x', 87.98),
  ('Cervix-MobileODT', 'no-quality-2x', 87.90), ('Cervix-MobileODT', 'quality-1x', 88.26),
  ('Cervix-MobileODT', 'quality-2x', 88.37);
