"""kill -9 of any process in the middle of a sweep changes no number of its table."""

import os
import signal
import unittest

from harness import (QUICK, TRAINED, WORKER, HoneTest, attempts, count, query, results, trials_done,
                     violations)

SERVE = ["--lease", 2, "--crash-limit", 9]  # every kill may hit the trainer of one and the same trial
AGENT, TRAINER = "--agent", "-trainer"


class SweepUnderFire(HoneTest):
    """A coordinator with short leases, a worker of two slots, and a sweep that is under way."""

    trainer = []  # words for the worker

    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.spec = self.tiny()

    def begin(self, state, name):
        coordinator = self.serve(state, *SERVE)
        self.hone("submit", self.spec, "--state", state)
        return coordinator, self.start_worker(state, name)

    def start_worker(self, state, name):
        return self.start(WORKER, "--access", state / "access.json", "--slots", 2, "--cache",
                          self.folder / name, "--until-drained", *self.trainer, name=name)

    def finish(self, state, worker):
        self.assertEqual(worker.wait(timeout=120), 0, self.logs())
        self.assertEqual(violations(state), [])
        self.assertEqual(query(state, "SELECT name, reason FROM trial JOIN sweep_trial ON id = trial"
                                      " WHERE state NOT IN ('done', 'resolved')"), [])
        return self.hone("table", "II", "--state", state, "--format", "csv").stdout

    def wait_for_done(self, trials):
        self.wait_until(f"{trials} trials are done, one is running",
                        lambda: trials_done(self.state) >= trials and count(
                            self.state, "SELECT count(*) FROM attempt WHERE state = 'running'"))

    def kill(self, program):
        """kill -9 of one process whose command line has `program`."""
        def victim():
            return [process for process in self.processes(program)
                    if program != TRAINER or not self.is_worker(process)]
        process = self.wait_until(f"a process of {program} runs", victim)[0]
        os.kill(process, signal.SIGKILL)

    @staticmethod
    def is_worker(process):
        try:
            with open(f"/proc/{process}/cmdline", "rb") as words:
                return b"hone-worker" in words.read().split(b"\0")[0]
        except OSError:
            return True

    def assert_same_as_undisturbed(self, coordinator, worker):
        table = self.finish(self.state, worker)
        other = self.folder / "undisturbed"
        other_coordinator, other_worker = self.begin(other, "other")
        self.assertEqual(table, self.finish(other, other_worker))
        self.assertEqual(results(self.state), results(other))
        print(f"{attempts(self.state)} attempts, undisturbed {attempts(other)}")
        for process in (coordinator, other_coordinator):
            process.terminate()
            self.assertEqual(process.wait(timeout=10), 0)
        self.assert_no_orphan()

    def kill_supervisor(self, worker):
        """kill -9 of the supervisor alone: its agent then ends what it trains and takes no more."""
        worker.kill()
        worker.wait()
        self.wait_until("its agent has ended", lambda: not self.processes(AGENT))
        self.wait_until("its trainers have ended", lambda: not self.processes(TRAINER))

    def restart(self, coordinator):
        coordinator.kill()
        coordinator.wait()
        return self.serve(self.state, *SERVE)


class KillWhileTraining(SweepUnderFire):
    """With the real trainer, once each."""

    def test_of_the_agent(self):
        processes = self.begin(self.state, "worker")
        self.wait_for_done(1)
        self.kill(AGENT)
        self.assert_same_as_undisturbed(*processes)

    def test_of_a_trainer(self):
        processes = self.begin(self.state, "worker")
        self.wait_for_done(1)
        self.kill(TRAINER)
        self.assert_same_as_undisturbed(*processes)

    def test_of_the_coordinator(self):
        coordinator, worker = self.begin(self.state, "worker")
        self.wait_for_done(1)
        coordinator = self.restart(coordinator)
        self.assert_same_as_undisturbed(coordinator, worker)

    def test_of_the_supervisor(self):
        coordinator, worker = self.begin(self.state, "worker")
        self.wait_for_done(1)
        self.kill_supervisor(worker)
        self.assertLess(trials_done(self.state), TRAINED)
        self.assert_same_as_undisturbed(coordinator, self.start_worker(self.state, "worker"))


class KillAgainAndAgain(SweepUnderFire):
    """With a quick trainer, each of them several times and in turn."""

    trainer = ["--trainer", QUICK]

    def setUp(self):
        super().setUp()
        self.environment["HONE_QUICK_MILLISECONDS"] = "300"

    def test_of_agent_trainer_and_coordinator_in_turn(self):
        coordinator, worker = self.begin(self.state, "worker")
        for trials in (1, 4, 8):
            self.wait_for_done(trials)
            self.kill(TRAINER)
            coordinator = self.restart(coordinator)
            self.kill(AGENT)
        self.assert_same_as_undisturbed(coordinator, worker)

    def test_of_each_of_them_before_any_trial_is_done(self):
        self.environment["HONE_QUICK_MILLISECONDS"] = "1000"
        coordinator, worker = self.begin(self.state, "worker")
        self.wait_for_done(0)
        self.kill(TRAINER)
        self.kill(AGENT)
        coordinator = self.restart(coordinator)
        self.assertEqual(trials_done(self.state), 0)
        self.environment["HONE_QUICK_MILLISECONDS"] = "300"
        self.kill_supervisor(worker)
        self.assert_same_as_undisturbed(coordinator, self.start_worker(self.state, "worker"))

    def test_of_the_coordinator_five_times(self):
        coordinator, worker = self.begin(self.state, "worker")
        for trials in (0, 1, 3, 6, 10):
            self.wait_for_done(trials)
            coordinator = self.restart(coordinator)
        self.assert_same_as_undisturbed(coordinator, worker)


if __name__ == "__main__":
    unittest.main()
