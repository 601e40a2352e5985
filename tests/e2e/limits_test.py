"""What is cancelled, or takes too long, is gone with all that it started."""

import json
import os
import unittest

from harness import QUICK, WORKER, HoneTest, count, query, violations


class Limits(HoneTest):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.environment["HONE_STATE"] = str(self.state)
        self.serve(self.state, "--retry-pause", "100ms")

    def submit(self):
        self.hone("submit", self.tiny(seeds=[1]))

    def start_worker(self, trainer, *words):
        return self.start(WORKER, "--access", self.state / "worker.json", "--slots", 1, "--trainer", trainer,
                          *words, name="worker")

    def failures(self):
        return query(self.state, "SELECT a.reason, f.counts FROM failure f JOIN attempt a USING (trial, attempt) "
                                 "WHERE trial = 1 ORDER BY attempt")


class Cancel(Limits):
    def parent(self):
        """A trainer with a child, which outlives it unless somebody kills it."""
        pids, script = self.folder / "pids", self.folder / "parent"
        script.write_text(f"#!/bin/sh\nsleep 600 &\necho $$ $! >> {pids}\nexec {QUICK}\n")
        script.chmod(0o755)
        return script, pids

    def test_a_cancelled_trials_trainer_dies_with_its_child(self):
        self.environment["HONE_QUICK_MILLISECONDS"] = "600000"
        script, pids = self.parent()
        self.submit()
        worker = self.start_worker(script)
        self.wait_until("a trial trains", lambda: "training 1-1" in (self.folder / "worker.log").read_text())
        both = [int(word) for word in pids.read_text().split()]
        self.assertEqual(len(both), 2)
        self.assertTrue(set(both) <= set(self.processes()))
        self.hone("cancel", 1)
        self.wait_until("neither is left", lambda: not set(both) & set(self.processes()), 10)
        self.wait_until("another trainer is there", lambda: len(pids.read_text().split()) == 4)
        self.assertIsNone(worker.poll())
        self.assertEqual(count(self.state, "SELECT count(*) FROM trial WHERE state = 'leased'"), 0)
        self.assertEqual(violations(self.state), [])
        worker.terminate()
        self.assertEqual(worker.wait(timeout=10), 0)
        self.assertFalse(set(map(int, pids.read_text().split())) & set(self.processes()))


class TrialLimit(Limits):
    def why(self):
        return json.loads(self.hone("why", 1, "--json").stdout)

    def fail_by(self, *words):
        self.submit()
        self.start_worker(QUICK, *words)
        self.wait_until("the trial has failed", lambda: query(
            self.state, "SELECT state FROM trial WHERE id = 1") == [("failed",)])
        failures = self.failures()
        self.assertEqual([counts for _, counts in failures], [1, 1, 1])
        self.assertEqual(violations(self.state), [])
        return [reason for reason, _ in failures]

    def test_what_takes_longer_is_stopped_and_counts_however_far_it_got(self):
        self.environment |= {"HONE_QUICK_MILLISECONDS": "20000", "HONE_QUICK_CHECKPOINT": "1"}
        for reason in self.fail_by("--trial-limit", "5"):
            self.assertIn("took longer than the 5 seconds of its worker's --trial-limit", reason)
        self.assertIn("--trial-limit", json.dumps(self.why()))

    def test_what_hangs_is_stopped(self):
        self.environment["HONE_QUICK_HANG"] = "segment"
        for reason in self.fail_by("--silence", "1"):
            self.assertIn("said nothing for 1 seconds", reason)

    def test_what_keeps_within_it_is_not(self):
        self.environment["HONE_QUICK_MILLISECONDS"] = "200"
        self.submit()
        worker = self.start_worker(QUICK, "--trial-limit", "10", "--until-drained")
        self.assertEqual(worker.wait(timeout=60), 0)
        self.assertEqual(count(self.state, "SELECT count(*) FROM attempt WHERE state <> 'done'"), 0)

    def test_a_limit_that_leaves_no_time_is_refused(self):
        for option in ("--trial-limit", "--silence"):
            refused = self.run_program(WORKER, option, "0", code=2)
            self.assertIn(f"{option} 0: leaves no time", refused.stderr)


if __name__ == "__main__":
    unittest.main()
