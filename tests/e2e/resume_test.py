"""A training that was killed goes on from its checkpoint: less is lost, and no bit differs."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import tempfile
import unittest

from harness import HONE, WORKER, HoneTest, attempts, count, query, results, violations

EPOCHS = 100


class Resume(HoneTest):
    def setUp(self):
        super().setUp()
        self.environment["HONE_CHECKPOINT"] = "0.1"
        self.spec = self.two_trainings(EPOCHS)
        self.state = self.folder / "state"

    def two_trainings(self, epochs):
        return self.tiny(tables=["folds"], inner_folds=2, training={
            "epochs": epochs, "patience": epochs, "batch": 4, "learning_rate": 0.001, "loss": "dice+bce"})

    def checkpoints(self, state):
        return [file for file in (state / "worker" / "checkpoints").glob("*") if file.suffix == ""]

    def epoch_kept(self):
        """Of the newest checkpoint on disk; 0: there is none."""
        for suffix in ("", ".before"):
            for file in (self.state / "worker" / "checkpoints").glob("*"):
                if file.suffix == suffix:
                    text = file.read_bytes()
                    header = json.loads(text[8:8 + int.from_bytes(text[:8], "little")])
                    return json.loads(header["__metadata__"]["point"])["last_epoch"]
        return 0

    def kill(self, run):
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                os.kill(process, signal.SIGKILL)
        self.assert_no_orphan()
        self.kept = self.epoch_kept()
        self.interval = max([float(self.environment["HONE_CHECKPOINT"]),  # or more, where writing is slow
                             *self.log_numbers("checkpoint_interval seconds")])

    def run_and_kill(self, *words):
        run = self.start(HONE, "run", self.spec, "--state", self.state, *words, name="run")
        self.wait_until("there are two checkpoints", lambda: list(
            (self.state / "worker" / "checkpoints").glob("*.before")), 120)
        known = self.last_epoch()
        self.wait_until("something is lost with it", lambda: self.last_epoch() >= known + 8)
        self.kill(run)

    straight = {}  # what the same words led to undisturbed: for all tests here

    def undisturbed(self, *words):
        if words not in self.straight:
            folder = pathlib.Path(tempfile.mkdtemp(prefix="hone-e2e-straight-"))
            self.addClassCleanup(shutil.rmtree, folder)
            self.hone("run", self.spec, "--state", folder / "state", *words)
            self.straight[words] = folder / "state"
        self.assertEqual(self.checkpoints(self.straight[words]), [])  # of what is done none is kept
        return self.straight[words]

    def epochs(self, state):
        return query(state, "SELECT t.identity, s.epoch, s.train_loss, s.signal FROM epoch_signal s "
                            "JOIN trial t ON t.id = s.trial ORDER BY 1, 2")

    def log_numbers(self, event):
        return [float(number) for number in re.findall(
            rf"event={event}=([0-9.]+)", (self.state / "worker.log").read_text())]

    def last_epoch(self):
        """The newest that the coordinator knows of the attempt that was cut off, or runs."""
        return count(self.state, "SELECT coalesce(max(epoch), 0) FROM epoch JOIN attempt USING (trial, attempt) "
                                 "WHERE state IN ('running', 'lost')")

    def expect_little_lost(self):
        """At most what one interval and one epoch were worth, of what was told before the kill."""
        resumed = int(self.log_numbers("resumed epoch")[-1])
        lost = [seconds for (seconds,) in query(
            self.state, "SELECT seconds FROM epoch JOIN attempt USING (trial, attempt) "
                        "WHERE state = 'lost' AND epoch > ?", resumed)]
        print(f"resumed after epoch {resumed}; lost {len(lost)} epochs of {sum(lost):.2f} s, "
              f"a checkpoint each {self.interval:.2f} s", flush=True)
        self.assertEqual(resumed, self.kept)
        self.assertLessEqual(sum(lost), self.interval + max(lost, default=0))
        self.assertLess(self.interval, 5, "writing is taken to be so slow that nearly nothing is kept")

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
        self.expect_little_lost()

    def signal_and_kill(self, started, number, *programs):
        """Whatever the interval, a checkpoint is kept at the end of the epoch in which the signal comes. Returns
        the newest epoch that was known then."""
        self.wait_until("some epochs are told", lambda: self.last_epoch() >= 5)
        self.assertEqual(self.checkpoints(self.state), [])
        before = self.last_epoch()
        for process in {each for program in programs for each in self.processes(program)} - {started.pid}:
            os.kill(process, number)
        self.wait_until("there is a checkpoint", lambda: self.checkpoints(self.state), 60)
        self.kept = self.epoch_kept()  # and no other follows for an hour
        return before

    def expect_resumed_after(self, before):
        resumed = int(self.log_numbers("resumed epoch")[-1])
        print(f"signal after epoch {before}, resumed after {resumed}, killed after {self.last_epoch()}", flush=True)
        self.assertEqual(resumed, self.kept)
        self.assertGreaterEqual(resumed, before)
        self.assertLess(resumed, EPOCHS)

    def test_a_worker_that_is_warned_keeps_a_checkpoint_whatever_the_interval(self):
        one = ("--slots", 1)
        straight = self.undisturbed(*one)
        self.environment["HONE_CHECKPOINT"] = "3600"
        run = self.start(HONE, "run", self.spec, "--state", self.state, *one, name="run")
        before = self.signal_and_kill(run, signal.SIGUSR1, "--agent")
        self.kill(run)
        self.expect_resumed(straight, *one)
        self.expect_resumed_after(before)

    def test_so_does_one_that_is_stopped_with_its_trainer(self):
        """As by a batch system, which sends SIGTERM to all that a job has."""
        straight = self.undisturbed("--slots", 1)
        self.environment["HONE_CHECKPOINT"] = "3600"
        server = self.serve(self.state)
        self.hone("submit", self.spec, "--state", self.state)
        worker = self.start(WORKER, "--access", self.state / "worker.json", "--slots", 1,
                            "--cache", self.state / "worker", name="state/worker")
        before = self.signal_and_kill(worker, signal.SIGTERM, "--agent", "hone-trainer")
        self.assertTrue(self.processes("hone-trainer"))  # which is its agent's to end
        worker.kill()
        self.wait_until("its agent and its trainer have ended", lambda: self.processes() == [server.pid])
        server.terminate()
        server.wait(timeout=10)
        self.expect_resumed(straight, "--slots", 1)
        self.expect_resumed_after(before)

    def test_so_does_one_whose_job_ends(self):
        self.environment["HONE_CHECKPOINT"] = "3600"
        self.serve(self.state)
        self.hone("submit", self.two_trainings(50_000), "--state", self.state)
        kept = []
        for _ in range(2):
            worker = self.start(WORKER, "--access", self.state / "worker.json", "--slots", 1, "--time-left", 10,
                                "--cache", self.state / "worker", name="state/worker")
            self.assertEqual(worker.wait(timeout=60), 0)
            kept.append(self.epoch_kept())
        print(f"kept at the end of its time: epochs {kept}", flush=True)
        self.assertEqual(self.log_numbers("resumed epoch"), kept[:1])
        self.assertTrue(0 < kept[0] < kept[1], kept)

    def test_none_are_kept_where_none_are_wanted(self):
        self.environment["HONE_CHECKPOINT"] = "0"
        self.hone("run", self.two_trainings(10), "--state", self.state)
        self.assertFalse((self.state / "worker" / "checkpoints").exists())

    @unittest.skipUnless(shutil.which("mpirun"), "there is no mpirun")
    def test_a_killed_team_goes_on_where_it_was(self):
        two = ("-S", "numerics.ranks=2", "--slots", 2)
        straight = self.undisturbed(*two)
        self.run_and_kill(*two)
        self.expect_resumed(straight, *two)
        self.expect_little_lost()


if __name__ == "__main__":
    unittest.main()
