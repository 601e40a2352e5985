"""Trials of several ranks: a team below an mpirun of its own, which is one failure unit."""

import os
import pathlib
import signal
import time
import unittest

from harness import HONE, WORKER, HoneTest, count, query, results, tables, violations

REAPED = 10  # seconds that a broken team may take to be gone: row 12 of the table of promises


class Team(HoneTest):
    """`hone run` with numerics.ranks 2, on this machine's slots."""

    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"

    def run_words(self, state, **changes):
        return ["run", self.tiny(**changes), "--state", state, "--slots", 2, "--format", "json"]

    def ranks(self):
        """The processes of the running team's ranks, without mpirun."""
        def is_rank(process):
            try:
                words = pathlib.Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
            except OSError:
                return False
            return words[0].endswith(b"hone-trainer") and b"--team" in words
        return [process for process in self.processes("--team") if is_rank(process)]

    def start_long(self):
        run = self.start(HONE, *self.run_words(
            self.state, numerics={"ranks": 2}, tables=["folds"], inner_folds=2,
            training={"epochs": 60, "batch": 4, "learning_rate": 0.01, "loss": "dice+bce"}),
            name="run")
        self.wait_until("a team trains", lambda: count(self.state, "SELECT count(*) FROM epoch") > 0)
        return run

    def assert_team_is_reaped(self, ranks, began):
        self.wait_until("the broken team is gone", lambda: not set(ranks) & set(self.processes()),
                        REAPED)
        print(f"reaped after {time.monotonic() - began:.1f} s")

    def finish(self, run):
        self.assertEqual(run.wait(timeout=170), 0, self.logs())
        self.assertEqual(violations(self.state), [])
        self.assert_no_orphan()

    def test_fills_the_same_table_within_half_a_point(self):
        alone, shared = self.folder / "alone", self.folder / "shared"
        one = tables(self.hone(*self.run_words(alone)).stdout)
        two = tables(self.hone(*self.run_words(shared, numerics={"ranks": 2})).stdout)
        self.assertEqual(len(one), len(two))
        dice = "SELECT avg(value) FROM result WHERE metric = 'dice' AND split = 'test'"
        self.assertAlmostEqual(query(alone, dice)[0][0], query(shared, dice)[0][0], delta=0.005)
        self.assertEqual(count(shared, "SELECT count(*) FROM trial WHERE spec ->> "
                               "'$.numerics.ranks' = 2 AND role NOT IN ('segment', 'refine')"), 0)
        self.assertGreater(count(shared, "SELECT count(*) FROM trial WHERE spec ->> "
                                 "'$.numerics.ranks' = 2 AND state = 'done'"), 0)
        self.assertNotEqual(results(alone), results(shared))  # it was really another computation
        self.assert_no_orphan()

    def test_whose_rank_dies_is_reaped_and_its_trial_trained_again(self):
        run = self.start_long()
        ranks = self.ranks()
        self.assertEqual(len(ranks), 2)
        began = time.monotonic()
        os.kill(ranks[1], signal.SIGKILL)
        self.assert_team_is_reaped(ranks, began)
        self.finish(run)
        self.assertEqual(count(self.state, "SELECT count(*) FROM attempt WHERE state = 'failed'"), 1)

    def test_whose_rank_hangs_is_reaped_and_its_trial_trained_again(self):
        run = self.start_long()
        ranks = self.ranks()
        self.assertEqual(len(ranks), 2)
        began = time.monotonic()
        os.kill(ranks[1], signal.SIGSTOP)
        self.assert_team_is_reaped(ranks, began)
        self.finish(run)
        reason = query(self.state, "SELECT reason FROM attempt WHERE state = 'failed'")[0][0]
        self.assertIn("fell silent", reason)

    def test_is_trained_by_a_worker_that_takes_one_trial(self):
        self.serve(self.state)
        self.hone("submit", self.tiny(numerics={"ranks": 2}), "--state", self.state)
        worker = self.start(WORKER, "--access", self.state / "access.json", "--slots", 2,
                            "--count", 1, name="worker")
        self.assertEqual(worker.wait(timeout=60), 0, self.logs())
        self.assertEqual(count(self.state, "SELECT count(*) FROM trial WHERE spec ->> "
                               "'$.numerics.ranks' = 2 AND state = 'done'"), 1)

    def test_that_is_cancelled_ends_whole(self):
        self.serve(self.state)
        self.hone("submit", self.tiny(numerics={"ranks": 2}, training={
            "epochs": 5000, "batch": 4, "learning_rate": 0.01, "loss": "dice+bce"}), "--state", self.state)
        worker = self.start(WORKER, "--access", self.state / "access.json", "--slots", 2, name="worker")
        self.wait_until("a team trains", lambda: count(self.state, "SELECT count(*) FROM epoch") > 0)
        self.assertEqual(len(self.ranks()), 2)
        team = self.processes("--team")
        self.hone("cancel", 1, "--state", self.state)
        self.wait_until("nobody of it is left", lambda: not set(team) & set(self.processes()), REAPED)
        self.assertIsNone(worker.poll())
        self.assertEqual(count(self.state, "SELECT count(*) FROM trial WHERE state = 'leased'"), 0)
        self.assertEqual(violations(self.state), [])

    def test_that_is_too_large_for_every_worker_waits_and_says_so(self):
        self.serve(self.state)
        self.start(WORKER, "--access", self.state / "access.json", "--slots", 2, name="worker")
        self.start(HONE, "submit", self.tiny(numerics={"ranks": 3}), "--state", self.state, "--wait", name="watch")
        log = self.folder / "watch.log"
        self.wait_until("it says what is missing", lambda: "a team of 3 ranks" in log.read_text())
        self.assertIn("no connected one has that", log.read_text())

    def test_that_cannot_share_its_batches_is_refused(self):
        said = self.hone("plan", self.tiny(numerics={"ranks": 2}, network={"norm": "batch"}),
                         code=2).stderr
        self.assertIn("not for a team of 2 ranks: norm 'batch'", said)
        said = self.hone("plan", self.tiny(numerics={"ranks": 8}), code=2).stderr
        self.assertIn("a batch has 4 images", said)


if __name__ == "__main__":
    unittest.main()
