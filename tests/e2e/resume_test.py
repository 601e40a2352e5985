"""A training that was killed goes on from its checkpoint: less is lost, and no bit differs."""

import contextlib
import os
import shutil
import signal
import time
import unittest

from harness import HONE, HoneTest, attempts, query, results, violations

EPOCHS = 80


class Resume(HoneTest):
    def setUp(self):
        super().setUp()
        self.environment["HONE_CHECKPOINT"] = "0.1"
        self.spec = self.tiny(tables=["folds"], inner_folds=2, training={
            "epochs": EPOCHS, "patience": EPOCHS, "batch": 4, "learning_rate": 0.001, "loss": "dice+bce"})
        self.state = self.folder / "state"

    def checkpoints(self, state):
        return [file for file in (state / "worker" / "checkpoints").glob("*") if file.suffix == ""]

    def run_and_kill(self, *words):
        run = self.start(HONE, "run", self.spec, "--state", self.state, *words, name="run")
        self.wait_until("there is a checkpoint", lambda: self.checkpoints(self.state), 120)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                os.kill(process, signal.SIGKILL)
        self.assert_no_orphan()

    def undisturbed(self, *words):
        straight = self.folder / "straight"
        self.hone("run", self.spec, "--state", straight, *words)
        self.assertEqual(self.checkpoints(straight), [])  # of what is done none is kept
        return straight

    def epochs(self, state):
        return query(state, "SELECT t.identity, s.epoch, s.train_loss, s.signal FROM epoch_signal s "
                            "JOIN trial t ON t.id = s.trial ORDER BY 1, 2")

    def expect_resumed(self, straight, *words):
        run = self.hone("run", self.spec, "--state", self.state, *words)
        self.assertIn("event=resumed epoch=", (self.state / "worker.log").read_text(), run.stderr)
        self.assertGreater(attempts(self.state), attempts(straight))
        self.assertEqual(results(self.state), results(straight))
        self.assertEqual(self.epochs(self.state), self.epochs(straight))
        self.assertEqual(violations(self.state), [])
        self.assertEqual(self.checkpoints(self.state), [])

    def test_a_killed_run_goes_on_where_it_was(self):
        one = ("--slots", 1)
        straight = self.undisturbed(*one)
        self.run_and_kill(*one)
        self.expect_resumed(straight, *one)

    def test_a_worker_that_is_warned_keeps_a_checkpoint_whatever_the_interval(self):
        one = ("--slots", 1)
        straight = self.undisturbed(*one)
        self.environment["HONE_CHECKPOINT"] = "3600"
        run = self.start(HONE, "run", self.spec, "--state", self.state, *one, name="run")
        log = self.state / "worker.log"
        self.wait_until("a trial is leased", lambda: log.exists() and "trial-leased" in log.read_text())
        time.sleep(0.5)  # of the two seconds or so that it takes
        self.assertEqual(self.checkpoints(self.state), [])
        for process in self.processes("--agent"):
            os.kill(process, signal.SIGUSR1)
        self.wait_until("there is a checkpoint", lambda: self.checkpoints(self.state), 60)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                os.kill(process, signal.SIGKILL)
        self.expect_resumed(straight, *one)

    def test_none_are_kept_where_none_are_wanted(self):
        self.environment["HONE_CHECKPOINT"] = "0"
        straight = self.folder / "straight"
        self.hone("run", self.spec, "--state", straight)
        self.assertFalse((straight / "worker" / "checkpoints").exists())

    @unittest.skipUnless(shutil.which("mpirun"), "there is no mpirun")
    def test_a_killed_team_goes_on_where_it_was(self):
        two = ("-S", "numerics.ranks=2", "--slots", 2)
        straight = self.undisturbed(*two)
        self.run_and_kill(*two)
        self.expect_resumed(straight, *two)


if __name__ == "__main__":
    unittest.main()
