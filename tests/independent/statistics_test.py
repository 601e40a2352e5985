"""The statistics of paired differences beside scipy's."""

import json
import os
import pathlib
import subprocess
import unittest

import numpy as np
from scipy import stats

CLI = pathlib.Path(os.environ["HONE_BIN"]) / "statistics-cli"
RESAMPLES = 20000
# Each end of a bootstrap interval is a quantile of so many random means: two such ends are within
# 5 % of the interval's width of each other, five times the standard deviation of their difference.
CLOSE_ENDS = 0.05


def samples():
    """Paired differences as Dice gives them: few and many, skewed, tied, with zeros."""
    random = np.random.default_rng(7)
    found = []
    for count in (5, 9, 13, 14, 25, 50, 51, 80):
        found.append(random.normal(0.02, 0.05, count))
        found.append(random.exponential(0.03, count) - 0.01)
        found.append(np.round(random.normal(0.02, 0.05, count), 2) + 0.0)  # ties, and often zeros
    return [sample.tolist() for sample in found]


def holm(p_values):
    """Of m p values the i-th smallest times m - i, never below a smaller one's."""
    order, adjusted, least = np.argsort(p_values, kind="stable"), np.empty(len(p_values)), 0.0
    for i, position in enumerate(order):
        least = max(least, min(1.0, p_values[position] * (len(p_values) - i)))
        adjusted[position] = least
    return adjusted


class Statistics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        random = np.random.default_rng(8)
        cls.samples = samples()
        cls.p_values = [random.uniform(0, scale, count).tolist()
                        for count in (1, 2, 6, 30) for scale in (0.01, 0.2, 1)]
        cls.p_values.append([0.04, 0.01, 0.04, 0.01])
        question = {"samples": cls.samples, "p_values": cls.p_values, "resamples": RESAMPLES}
        done = subprocess.run([CLI], input=json.dumps(question), text=True, capture_output=True,
                              timeout=60, check=True)
        cls.answers = json.loads(done.stdout)

    def each(self):
        for sample, answer in zip(self.samples, self.answers["samples"], strict=True):
            yield np.array(sample), answer

    def test_wilcoxon_is_scipys(self):
        for sample, answer in self.each():
            plus = answer["wilcoxon"]["plus"]
            result = stats.wilcoxon(sample)
            self.assertAlmostEqual(min(plus, answer["wilcoxon"]["minus"]), result.statistic)
            self.assertAlmostEqual(answer["wilcoxon"]["p"], result.pvalue, delta=1e-9)

    def test_the_sign_test_is_scipys_binomial_test(self):
        for sample, answer in self.each():
            plus, minus = int((sample > 0).sum()), int((sample < 0).sum())
            self.assertAlmostEqual(answer["sign"], stats.binomtest(plus, plus + minus).pvalue,
                                   delta=1e-9)

    def test_the_shift_is_the_median_of_walsh_averages(self):
        for sample, answer in self.each():
            pairs = np.triu_indices(len(sample))
            averages = (sample[:, None] + sample[None, :])[pairs] / 2
            self.assertAlmostEqual(answer["shift"], np.median(averages), delta=1e-12)

    def test_rank_biserial_is_that_of_scipys_ranks(self):
        for sample, answer in self.each():
            sample = sample[sample != 0]
            ranks = stats.rankdata(np.abs(sample))
            expected = (ranks * np.sign(sample)).sum() / ranks.sum()
            self.assertAlmostEqual(answer["rank_biserial"], expected, delta=1e-9)

    def test_holm_is_its_definition(self):
        for p_values, adjusted in zip(self.p_values, self.answers["holm"], strict=True):
            np.testing.assert_allclose(adjusted, holm(p_values), rtol=0, atol=1e-12)

    def test_bca_intervals_are_scipys_up_to_chance(self):
        worst = 0.0
        for sample, answer in self.each():
            self.assertTrue(answer["bca"])
            low, high = stats.bootstrap((sample,), np.mean, method="BCa", n_resamples=RESAMPLES,
                                        rng=np.random.default_rng(9)).confidence_interval
            for ours, theirs in zip(answer["interval"], (low, high), strict=True):
                worst = max(worst, abs(ours - theirs) / (high - low))
                self.assertAlmostEqual(ours, theirs, delta=CLOSE_ENDS * (high - low))
        print(f"ends of intervals apart by at most {100 * worst:.1f} % of their width")

    def test_bca_intervals_of_ratios_are_scipys_up_to_chance(self):
        for sample, answer in self.each():
            self.assertTrue(answer["ratio_bca"])
            if len(sample) < 9:
                continue  # five images have 126 resamples: an end jumps from one to the next
            rooms = 0.1 * (1 + np.arange(len(sample)) % 3) + np.maximum(0, sample)
            low, high = stats.bootstrap(
                (sample, rooms), lambda a, b, axis: a.mean(axis=axis) / b.mean(axis=axis),
                paired=True, vectorized=True, method="BCa", n_resamples=RESAMPLES,
                rng=np.random.default_rng(9)).confidence_interval
            for ours, theirs in zip(answer["ratio"], (low, high), strict=True):
                self.assertAlmostEqual(ours, theirs, delta=CLOSE_ENDS * (high - low))


if __name__ == "__main__":
    unittest.main()
