"""Trials that fail are tried again after a rest, those that get further go on for ever, and what gives
other numbers when it runs again is told."""

import contextlib
import json
import os
import re
import signal
import time
import unittest

from harness import HONE, QUICK, WORKER, HoneTest, attempts, count, query, results, trials_done, violations

CRASH_LIMIT = 3
FAILED = "SELECT attempt, checkpoint, counts FROM failure WHERE trial = ? ORDER BY attempt"


class Retry(HoneTest):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.environment["HONE_STATE"] = str(self.state)

    def start_worker(self, *words):
        return self.start(WORKER, "--access", self.state / "worker.json", "--slots", 1, "--until-drained",
                          *words, name="worker")

    def reasons(self, trial):
        return {each["kind"]: each["text"]
                for each in json.loads(self.hone("why", trial, "--json").stdout)["reasons"]}

    def trials(self, role):
        return [trial for (trial,) in query(
            self.state, "SELECT id FROM trial WHERE role = ? AND state <> 'resolved'", role)]

    def undisturbed(self, *words):
        """The results without a fault, of the same experiment."""
        other = self.folder / "undisturbed"
        environment, self.environment = self.environment, {
            name: value for name, value in self.environment.items()
            if not name.startswith(("HONE_QUICK", "HONE_FAULTS"))}
        self.hone("run", *words, "--state", other)
        self.environment = environment
        return results(other)


class Rest(Retry):
    def test_what_failed_rests_and_everybody_can_see_it(self):
        self.environment["HONE_QUICK_CRASH"] = "1-1"
        server = self.serve(self.state, "--retry-pause", "40s")
        self.hone("submit", self.tiny(seeds=[1]))
        watch = self.start(HONE, "submit", self.tiny(seeds=[1]), "--wait", name="watch")
        worker = self.start_worker("--trainer", QUICK)
        rests = "SELECT count(*) FROM trial WHERE rests"
        self.wait_until("the first trial rests", lambda: count(self.state, rests) == 1)
        reasons = self.reasons(1)
        self.assertRegex(reasons["crashed"], r"^attempt 1 failed: .*signal 9")
        left = int(re.fullmatch(r"it rests after that, and can run again in (\d+) s", reasons["rest"]).group(1))
        self.assertTrue(10 <= left <= 40, left)
        self.assertRegex(self.hone("status", 1).stdout,
                         r"waiting \(1 after a failure\)(.|\n)*rests +Lesions\S*, attempt 1 failed: .*; again in \d+ s")
        watched = self.folder / "watch.log"
        self.wait_until("the watch says it", lambda: "attempt 1 failed" in watched.read_text())
        self.assertRegex(watched.read_text(), r"attempt 1 failed: .*; it will be tried again in \d+ s")
        # Nothing else is left to do soon, and yet nobody leaves.
        self.wait_until("the rest of its kind is done", lambda: not count(
            self.state, "SELECT count(*) FROM trial WHERE (state = 'waiting' AND unmet = 0 AND rests = 0 "
                        "AND demand IS NOT NULL) OR state = 'leased'"))
        self.assertEqual(attempts(self.state), 1 + trials_done(self.state))
        self.assertIsNone(worker.poll(), "a trial is still to come")
        self.assertEqual(count(self.state, rests), 1)
        # A coordinator that starts anew lets it go on at once.
        server.kill()
        server.wait()
        self.serve(self.state, "--retry-pause", "40s")
        self.assertEqual(worker.wait(timeout=35), 0)
        self.assertEqual(watch.wait(timeout=10), 0)
        self.assertEqual(watched.read_text().count("attempt 1 failed"), 1)
        self.assertEqual(violations(self.state), [])

    def test_attempts_lie_a_second_apart_unless_told_otherwise(self):
        self.environment["HONE_QUICK_CRASH"] = "segment"
        begun = time.monotonic()
        self.hone("run", self.tiny(), "--trainer", QUICK, code=3)
        took = time.monotonic() - begun
        self.assertEqual(query(self.state, "SELECT DISTINCT attempt FROM trial WHERE role = 'segment'"),
                         [(CRASH_LIMIT,)])
        self.assertGreater(took, 0.5 + 1)  # the least of one and of two seconds
        self.serve(self.state, "--retry-pause", "0")
        self.hone("retry")
        begun = time.monotonic()
        worker = self.start_worker("--trainer", QUICK)
        self.assertEqual(worker.wait(timeout=60), 0)
        self.assertEqual(query(self.state, "SELECT DISTINCT attempt FROM trial WHERE role = 'segment'"),
                         [(2 * CRASH_LIMIT,)])
        self.assertEqual(count(self.state, "SELECT count(*) FROM trial WHERE rests"), 0)


class Progress(Retry):
    """Of a trainer that keeps a checkpoint after each of five parts of a training."""

    def setUp(self):
        super().setUp()
        self.environment["HONE_QUICK_CHECKPOINT"] = "1"

    def test_a_training_that_crashes_further_along_each_time_comes_to_its_end(self):
        self.environment["HONE_QUICK_CRASH"] = "refine+1"
        self.hone("run", self.tiny(), "--trainer", QUICK)
        trials = self.trials("refine")
        self.assertEqual(len(trials), 6)
        for trial in trials:
            self.assertEqual(query(self.state, FAILED, trial), [(1, 1, 0), (2, 2, 0), (3, 3, 0), (4, 4, 0)])
        self.assertGreater(4, CRASH_LIMIT)
        self.assertEqual(results(self.state), self.undisturbed(self.tiny(), "--trainer", QUICK))
        self.assertEqual(violations(self.state), [])

    def test_one_that_crashes_at_the_same_place_has_failed(self):
        self.environment["HONE_QUICK_CRASH"] = "refine"
        self.hone("run", self.tiny(), "--trainer", QUICK, code=3)
        trials = self.trials("refine")
        self.assertTrue(trials)
        for trial in trials:
            self.assertEqual(query(self.state, FAILED, trial), [(1, 2, 0), (2, 0, 1), (3, 0, 1), (4, 0, 1)])
        self.assertEqual({state for (state,) in query(
            self.state, "SELECT state FROM trial WHERE role = 'refine' AND state <> 'resolved' "
                        "AND attempt > 0")}, {"failed"})
        self.assertIn("1 failed attempt got further than all before, up to a checkpoint of epoch 2",
                      self.reasons(trials[0])["further"])

    def test_without_checkpoints_nothing_gets_further(self):
        self.environment |= {"HONE_QUICK_CRASH": "segment+1", "HONE_CHECKPOINT": "0"}
        self.hone("run", self.tiny(), "--trainer", QUICK, code=3)
        trials = self.trials("segment")
        self.assertTrue(trials)
        for trial in trials:
            self.assertEqual(query(self.state, FAILED, trial), [(1, 0, 1), (2, 0, 1), (3, 0, 1)])


class TrainerProgress(Retry):
    """Of hone-trainer, which is killed again and again, each time after another checkpoint."""

    EPOCHS = 300

    def trainer(self):
        for process in self.processes("hone-trainer"):
            with contextlib.suppress(OSError):
                if os.readlink(f"/proc/{process}/exe").endswith("/hone-trainer"):
                    return process
        return None

    def kill_after_a_checkpoint(self, attempt):
        """Of the first trial; returns once that is so."""
        self.wait_until("it has trained further", lambda: count(
            self.state, "SELECT count(*) FROM epoch WHERE trial = 1 AND attempt = ? AND epoch > ("
                        "SELECT max(checkpoint) FROM attempt WHERE trial = 1)", attempt) > 0)
        folder = self.state / "worker" / "checkpoints"
        times = lambda: [file.stat().st_mtime_ns for file in folder.glob("*") if file.suffix == ""]
        before, trainer = times(), self.trainer()
        os.kill(trainer, signal.SIGUSR1)  # which asks for one
        self.wait_until("there is a new checkpoint", lambda: times() and times() != before)
        time.sleep(0.5)  # until its agent has been told
        os.kill(trainer, signal.SIGKILL)
        self.wait_until("the attempt has failed", lambda: count(
            self.state, "SELECT count(*) FROM failure WHERE trial = 1 AND attempt = ?", attempt))

    def test_a_training_that_crashes_further_along_each_time_comes_to_its_end(self):
        self.environment["HONE_CHECKPOINT"] = "3600"
        spec = self.tiny(tables=["folds"], inner_folds=1, training={
            "epochs": self.EPOCHS, "patience": self.EPOCHS, "batch": 4, "learning_rate": 0.001, "loss": "dice+bce"})
        run = self.start(HONE, "run", spec, "--slots", 1, name="run")
        for attempt in range(1, CRASH_LIMIT + 3):
            self.kill_after_a_checkpoint(attempt)
        self.assertEqual(run.wait(timeout=120), 0, self.logs())
        failed = query(self.state, FAILED, 1)
        print("attempts that failed, their checkpoints, and whether they count:", failed)
        self.assertEqual([counts for _, _, counts in failed], [0] * (CRASH_LIMIT + 2))
        self.assertEqual(results(self.state), self.undisturbed(spec, "--slots", 1))
        self.assertEqual(violations(self.state), [])
        self.assertEqual(query(self.state, "SELECT count(*) FROM difference"), [(0,)])


class Disagreement(Retry):
    def run_shaky(self, *words):
        self.environment |= {"HONE_QUICK_MILLISECONDS": "1500", "HONE_QUICK_CRASH": "1-1"}
        self.hone("run", self.tiny(), "--trainer", QUICK, *words)
        kept = query(self.state, "SELECT count(*) FROM measurement WHERE trial = 1 AND attempt = 1")[0][0]
        self.assertGreater(kept, 0, "the attempt that failed has left no row")
        return kept

    def attempts_check(self):
        told = json.loads(self.hone("doctor", "--quick", "--json", code=None).stdout)
        return {each["about"]: each for each in told["checks"]}["attempts"]

    def test_an_attempt_that_computed_otherwise_is_told_with_who_it_was(self):
        self.environment["HONE_QUICK_SHAKY"] = "1-1"
        kept = self.run_shaky()
        told = query(self.state, "SELECT trial, attempt, other, rows, epochs FROM disagreement")
        print(f"{kept} rows were kept; told: {told}")
        self.assertEqual([row[:3] for row in told], [(1, 2, 1)])
        self.assertEqual(told[0][3], kept)
        self.assertGreater(told[0][4], 0)
        status = self.hone("status", 1).stdout
        self.assertRegex(status, rf"disagree +Lesions\S*: attempt 2 \(worker 1, \S+\) and attempt 1 \(worker 1, \S+\) "
                                 rf"gave other results on equal processors: {kept} rows, \d+ epochs?; see 'hone doctor'")
        check = self.attempts_check()
        self.assertEqual(check["verdict"], "fault")
        self.assertRegex(check["found"], rf"^1 trial gave other results .* trial 1: attempts 2 \(.*\) and 1 \(.*\) "
                                         rf"differ in {kept} rows and")
        self.assertEqual(violations(self.state), [])

    def test_an_attempt_that_computed_the_same_is_not(self):
        self.run_shaky()
        self.assertEqual(query(self.state, "SELECT * FROM difference"), [])
        self.assertEqual(self.attempts_check()["verdict"], "good")
        self.assertNotIn("disagree", self.hone("status", 1).stdout)


if __name__ == "__main__":
    unittest.main()
