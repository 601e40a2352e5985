"""Every number of a table and of its contrasts, worked out again with numpy and scipy from the CSV
files of `hone export` alone."""

import csv
import json
import pathlib
import sys
import unittest

import numpy as np
from scipy import stats

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "e2e"))
from harness import HoneTest  # noqa: E402
from statistics_test import holm  # noqa: E402

CLOSE = 1e-6
RESAMPLES = 20000
# Our ends are quantiles of 10,000 random means, scipy's of so many: within 8 % of the width is five
# times the standard deviation of such ends' difference.
CLOSE_ENDS = 0.08
CONTRASTS = {"Quality 1x - No Quality 1x": ("quality-1x", "no-quality-1x"),
             "Quality 2x - Quality 1x": ("quality-2x", "quality-1x")}


def rank_biserial(differences):
    differences = differences[differences != 0]
    ranks = stats.rankdata(np.abs(differences))
    return (ranks * np.sign(differences)).sum() / ranks.sum()


class Export(HoneTest):
    """Two data sets, two rotations, one seed, trained once."""

    def setUp(self):
        super().setUp()
        state, exported = self.folder / "state", self.folder / "exported"
        lesions = {"layout": "lesions"}
        spec = self.tiny(tables=["II"], rotations=[0, 1],
                         datasets=[lesions | {"name": "A", "count": 60},
                                   lesions | {"name": "B", "count": 40, "generator": 2}])
        self.hone("run", spec, "--state", state, "--data", self.folder)
        self.hone("export", exported, "--state", state)
        self.table = json.loads(self.hone("table", "II", "--format", "json", "--state", state).stdout)
        self.compared = json.loads(self.hone("compare", "II:A:quality-1x", "II:A:no-quality-1x",
                                             "--json", "--state", state).stdout)
        self.scores, self.folds = {}, {}  # of a cell: by metric and image; by rotation
        with open(exported / "cell_images.csv", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                cell, value = (row["dataset"], row["column_name"]), float(row["value"])
                self.scores.setdefault(cell + (row["metric"],), {})[row["image_id"]] = value
                if row["metric"] == "dice":
                    fold = self.folds.setdefault(cell, {}).setdefault(row["rotation"], {})
                    fold[row["image_id"]] = value

    def dice(self, dataset, column):
        scores = self.scores[dataset, column, "dice"]
        return np.array([100 * scores[image] for image in sorted(scores)])

    def assert_interval(self, ours, values):
        """BCa at the level that Hesterberg (2015) asks of few values."""
        count = len(values)
        z = np.sqrt(count / (count - 1)) * stats.t.ppf(0.975, count - 1)
        low, high = stats.bootstrap((values,), np.mean, method="BCa", n_resamples=RESAMPLES,
                                    confidence_level=2 * stats.norm.cdf(z) - 1,
                                    rng=np.random.default_rng(3)).confidence_interval
        for mine, theirs in zip(ours, (low, high), strict=True):
            self.assertAlmostEqual(mine, theirs, delta=CLOSE_ENDS * (high - low))

    def test_the_tables_are_what_numpy_and_scipy_make_of_the_exported_rows(self):
        with self.subTest("cells"):
            self.check_cells()
        with self.subTest("contrasts"):
            self.check_contrasts()
        with self.subTest("compare"):
            self.check_comparison()
        with self.subTest("jaccard"):
            self.check_jaccard()

    def check_cells(self):
        self.assertEqual([row["dataset"] for row in self.table["rows"]], ["A", "B"])
        for row in self.table["rows"]:
            self.assertEqual(len(row["cells"]), 5)
            for cell in row["cells"]:
                values = self.dice(row["dataset"], cell["column"])
                self.assertEqual(cell["images"], len(values))
                self.assertAlmostEqual(cell["dice"], values.mean(), delta=CLOSE)
                self.assert_interval(cell["interval"], values)

    def check_contrasts(self):
        self.assertEqual({each["name"] for each in self.table["contrasts"]}, set(CONTRASTS))
        for contrast in self.table["contrasts"]:
            first, second = CONTRASTS[contrast["name"]]
            p_values, means = [], []
            for row in contrast["rows"]:
                differences = self.dice(row["dataset"], first) - self.dice(row["dataset"], second)
                p_values.append(stats.wilcoxon(np.round(differences, 9)).pvalue)
                means.append(differences.mean())
                self.assertAlmostEqual(row["difference"], means[-1], delta=CLOSE)
                self.assertAlmostEqual(row["wilcoxon_p"], p_values[-1], delta=CLOSE)
                self.assertAlmostEqual(row["d_z"], means[-1] / differences.std(ddof=1), delta=CLOSE)
                self.assertAlmostEqual(row["rank_biserial"],
                                       rank_biserial(np.round(differences, 9)), delta=CLOSE)
                self.assert_interval(row["interval"], differences)
            found = [row["holm_p"] for row in contrast["rows"]]
            np.testing.assert_allclose(found, holm(p_values), rtol=0, atol=CLOSE)
            self.assertAlmostEqual(contrast["across"]["difference"], np.mean(means), delta=CLOSE)

    def check_comparison(self):
        ours = self.compared
        differences = np.round(self.dice("A", "quality-1x") - self.dice("A", "no-quality-1x"), 9)
        pairs = np.triu_indices(len(differences))
        walsh = (differences[:, None] + differences[None, :])[pairs] / 2
        self.assertAlmostEqual(ours["hodges_lehmann"], np.median(walsh), delta=CLOSE)
        plus, minus = int((differences > 0).sum()), int((differences < 0).sum())
        self.assertAlmostEqual(ours["sign"]["p"], stats.binomtest(plus, plus + minus).pvalue,
                               delta=CLOSE)
        standard_error = differences.std(ddof=1) / np.sqrt(len(differences))
        t = np.array([differences.mean() + 0.5, 0.5 - differences.mean()]) / standard_error
        self.assertAlmostEqual(ours["equivalence"]["p"],
                               stats.t.sf(t, len(differences) - 1).max(), delta=CLOSE)
        self.check_resampled_t(ours["over_rotations"])

    def check_resampled_t(self, ours):
        """Nadeau and Bengio: test images are a third of the training images of a 60-20-20 split."""
        means = []
        for rotation in ("0", "1"):
            first, second = (self.folds["A", column][rotation]
                             for column in ("quality-1x", "no-quality-1x"))
            means.append(np.mean([100 * (first[image] - second[image]) for image in first]))
        t = np.mean(means) / np.sqrt(np.var(means, ddof=1) * (1 / 2 + 1 / 3))
        self.assertAlmostEqual(ours["t"], t, delta=CLOSE)
        self.assertAlmostEqual(ours["p"], 2 * stats.t.sf(abs(t), 1), delta=CLOSE)

    def check_jaccard(self):
        """J = D / (2 - D), of every row."""
        checked = 0
        for (dataset, column, metric), scores in self.scores.items():
            if metric != "jaccard":
                continue
            for image, jaccard in scores.items():
                dice = self.scores[dataset, column, "dice"][image]
                self.assertAlmostEqual(jaccard, dice / (2 - dice), delta=CLOSE)
                checked += 1
        self.assertGreater(checked, 100)


if __name__ == "__main__":
    unittest.main()
