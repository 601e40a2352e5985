-- The names of metrics, as common/measurement.hpp numbers them. Looked through at every start, so that
-- a state folder of an earlier Hone knows the metrics of this one: only append.
INSERT INTO metric VALUES (0, 'dice'), (1, 'dice_soft'), (2, 'jaccard'), (3, 'quality'), (4, 'agreement'),
  (5, 'dice_c15'), (6, 'hd95'), (7, 'boundary_iou'), (8, 'change'), (9, 'area'), (10, 'entropy'),
  (11, 'flip_agreement'), (12, 'dice_average'), (13, 'dice_native'), (14, 'jaccard_native'),
  (15, 'hd95_native'), (16, 'boundary_iou_native'), (17, 'change_two'),
  (18, 'seed_agreement')
ON CONFLICT DO NOTHING;
