"""Every metric of a mask, worked out again with numpy, scipy and torch."""

import math
import pathlib
import tempfile
import unittest

import numpy as np
import torch
from scipy import ndimage

import trainer

SIZE, CLOSE = 32, 1e-6
CROSS = ndimage.generate_binary_structure(2, 1)


def smooth_noise(random, blur, size=SIZE):
    noise = ndimage.gaussian_filter(random.standard_normal((size, size)), blur, mode="nearest")
    return noise / np.abs(noise).max()


def mask_pairs():
    """Soft masks (f16) and truths: blots large and small, disjoint ones, at the edges, empty and
    full ones in every combination."""
    random = np.random.default_rng(20)
    pairs = []
    for blur in (1, 2, 4, 8):
        for level in (-0.3, 0.0, 0.3):
            truth = smooth_noise(random, blur) > level
            soft = 1 / (1 + np.exp(-8 * (smooth_noise(random, blur) - level)))
            pairs.append((soft, truth))
            near = np.clip(truth + 0.45 * random.standard_normal(truth.shape), 0, 1)
            pairs.append((ndimage.gaussian_filter(near, 0.7), truth))
    corner, dot = np.zeros((SIZE, SIZE)), np.zeros((SIZE, SIZE))
    corner[:5, -9:] = 1
    dot[17, 3] = 1
    hard = [np.zeros((SIZE, SIZE)), np.ones((SIZE, SIZE)), corner, dot]
    pairs += [(first, second > 0) for first in hard for second in hard]
    return ([soft.astype(np.float16) for soft, _ in pairs], [truth for _, truth in pairs])


def ratio(above, below):
    return above / below if below > 0 else 1.0


def boundary_of(mask):
    """The mask's pixels with a 4-neighbour outside, what lies beyond the image included."""
    return mask & ~ndimage.binary_erosion(mask, CROSS, border_value=0)


def hd95(first, second):
    edges = boundary_of(first), boundary_of(second)
    if not edges[0].any() or not edges[1].any():
        return 0.0 if edges[0].any() == edges[1].any() else math.hypot(*first.shape)
    far = [ndimage.distance_transform_edt(~edges[1])[edges[0]],
           ndimage.distance_transform_edt(~edges[0])[edges[1]]]
    return np.percentile(np.concatenate(far), 95)


def band_of(mask):
    width = max(1, math.floor(0.02 * math.hypot(*mask.shape) + 0.5))
    to_outside = ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    return mask & (to_outside <= width)


def boundary_iou(first, second):
    bands = band_of(first), band_of(second)
    return ratio((bands[0] & bands[1]).sum(), (bands[0] | bands[1]).sum())


def bits(p):
    p = p[(p > 0) & (p < 1)]
    return -(p * np.log2(p) + (1 - p) * np.log2(1 - p)).sum() / (SIZE * SIZE)


def resized(soft, size):
    image = torch.from_numpy(soft)[None, None]
    return torch.nn.functional.interpolate(image, size, mode="bilinear",
                                           align_corners=False)[0, 0].numpy()


def expected_of(soft, truth, native):
    soft = soft.astype(np.float64)
    mask = soft > 0.5
    both, total = (mask & truth).sum(), mask.sum() + truth.sum()
    large = resized(soft, native.shape) > 0.5
    large_both, large_total = (large & native).sum(), large.sum() + native.sum()
    return {"dice": ratio(2 * both, total), "jaccard": ratio(both, total - both),
            "dice_soft": ratio(2 * soft[truth].sum(), soft.sum() + truth.sum()),
            "dice_c15": 2 * (both + 1) / (total + 1), "hd95": hd95(mask, truth),
            "boundary_iou": boundary_iou(mask, truth),
            "hd95_native": hd95(large, native), "boundary_iou_native": boundary_iou(large, native),
            "area": mask.mean(), "entropy": bits(soft), "dice_average": ratio(2 * both, total),
            "dice_native": ratio(2 * large_both, large_total),
            "jaccard_native": ratio(large_both, large_total - large_both)}


def runs_of(mask):
    """Lengths of alternating runs, background first, row by row."""
    flat = np.concatenate([[False], mask.ravel()])
    changes = np.flatnonzero(flat[1:] != flat[:-1])
    return np.diff(np.concatenate([[0], changes, [mask.size]])).astype(np.int32)


def write_inputs(folder, softs, truths, natives):
    images = len(softs)
    groups = trainer.groups_of([images, 4, 3, 2, 1])  # all pairs are the test split
    rest = len(groups) - images
    masks = np.stack(truths + [truths[0]] * rest)[:, None].astype(np.uint8)
    runs = [runs_of(native) for native in natives + [natives[0]] * rest]
    sizes = [native.shape for native in natives + [natives[0]] * rest]
    trainer.write_tensors(folder / "pack", {
        "groups": groups, "masks": masks,
        "images": np.zeros((len(groups), 3, SIZE, SIZE), np.uint8),
        "native.sizes": np.array(sizes, np.int32), "native.runs": np.concatenate(runs),
        "native.starts": np.cumsum([0] + [len(each) for each in runs]).astype(np.int32)})
    trainer.write_tensors(folder / "masks", {
        "masks": np.stack(softs + [softs[0]] * rest)[:, None]})
    return {"pack": folder / "pack", "masks": folder / "masks"}


class Metrics(unittest.TestCase):
    def test_are_what_numpy_scipy_and_torch_make_of_the_same_masks(self):
        softs, truths = mask_pairs()
        random = np.random.default_rng(21)
        # Sizes of three times the mask's and any others; truths of their own.
        natives = [np.kron(truth, np.ones((3, 3))) > 0 if i % 2 or set(np.unique(soft)) <= {0, 1}
                   else smooth_noise(random, 5, 3 * SIZE)[:40 + i, :90 - i] > 0
                   for i, (soft, truth) in enumerate(zip(softs, truths, strict=True))]
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            inputs = write_inputs(folder, softs, truths, natives)
            said = trainer.run_trial(trainer.spec_of("evaluate", SIZE), inputs, folder)
        rows = [row for message in said["rows"] for row in message["rows"]]
        found = {}
        for split, image, iteration, metric, value in rows:
            self.assertEqual((split, iteration), (trainer.TEST, 0))
            found.setdefault(image, {})[trainer.METRICS[metric]] = value
        self.assertEqual(len(found), len(softs))
        for image, (soft, truth) in enumerate(zip(softs, truths, strict=True)):
            expected = expected_of(soft, truth, natives[image])
            self.assertEqual(found[image].keys(), expected.keys())
            for metric, value in expected.items():
                with self.subTest(image=image, metric=metric):
                    self.assertAlmostEqual(found[image][metric], value, delta=CLOSE)
        print(f"{len(rows)} numbers of {len(softs)} masks")


if __name__ == "__main__":
    unittest.main()
