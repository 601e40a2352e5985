"""A storm of kills and stops over sweeps changes no number of them; and a crash at each named place."""

import os
import pathlib
import re
import unittest

from harness import SOURCE, TRAINED, attempts, count, violations
from kill_test import SweepUnderFire
from storm import Storm

SEED = int(os.environ.get("HONE_SEED", "1"))


class Kills(Storm):
    def test_of_workers_and_of_the_coordinator_a_hundred_and_fifty_times(self):
        self.rage({"kill_trainer": 40, "kill_agent": 40, "kill_supervisor": 20, "kill_coordinator": 50}, SEED)
        self.assert_same_as_undisturbed()
        self.assertGreaterEqual(count(self.state, "SELECT count(*) FROM trial"), 200)
        self.assertGreaterEqual(self.lost(), 50, "most kills hit nobody who trained")
        self.assertLess(sorted(self.restarts)[-2], 2)  # the gate runs other tests beside: one may have waited


class Stops(Storm):
    def calm_down(self):
        self.stale = self.ask("/api/v1/status")["refused_stale"]
        super().calm_down()

    def test_of_either_side_for_longer_than_a_lease(self):
        self.rage({"stop_agent": 12, "stop_coordinator": 8}, SEED)
        self.assert_same_as_undisturbed()
        ended = count(self.state, "SELECT count(*) FROM attempt WHERE reason LIKE '%renew%'")
        print(f"took effect: {ended} leases ended while their worker was stopped; {self.stale} stale messages refused")
        self.assertGreaterEqual(ended, 12, "leases outlived the stops of their workers")
        self.assertGreater(self.stale, 0, "nobody said anything of a lease that had ended")


class TrainerKills(Storm):
    """With hone-trainer, which goes on from its checkpoints."""

    trainer = []
    seeds_of_a_sweep = 1

    def test_of_real_trainings_and_of_the_coordinator(self):
        self.rage({"kill_trainer": 7, "kill_agent": 3, "kill_coordinator": 5}, SEED)
        self.assert_same_as_undisturbed()
        resumed = sum((self.folder / f"{name}.log").read_text().count("event=resumed") for name in self.workers)
        print(f"took effect: {resumed} trainings went on from a checkpoint")
        self.assertGreater(resumed, 0)


POINTS = re.findall(r'^    "([a-z]+\.[a-z]+)",', (SOURCE / "common" / "fault_point.hpp").read_text(), re.M)
ELSEWHERE = {"migration.before"}           # tests/sql
OF_THE_TRAINER = {"checkpoint.before", "checkpoint.after"}  # which quick-trainer has none of


class FaultPoints(SweepUnderFire):
    """A process that dies, fails or dawdles at a place of common/fault_point.hpp, and is started again if it ended."""

    trainer = ["--trainer", str(pathlib.Path(os.environ["HONE_BIN"]) / "quick-trainer")]

    ends = {"crash": [137], "error": [1], "delay": []}  # with which status a coordinator may end

    def sweep_with(self, action, point):
        state, once = self.folder / f"{action}-at-{point}", self.folder / f"{action}-at-{point}.once"
        self.environment.pop("HONE_FAULTS", None)
        self.submit_only(state)
        passage = {"commit": 30, "lease": 1, "checkpoint": 1}.get(point.split(".")[0], 3)  # in the midst of it
        if point in OF_THE_TRAINER:
            self.environment["HONE_CHECKPOINT"] = "0.01"
        self.environment["HONE_FAULTS"] = f"{point}:{action}:{passage}:{once}"
        coordinator = self.serve_again(state)
        worker = self.start_worker(state, f"worker-{action}-at-{point}")
        while worker.poll() is None:
            if coordinator.poll() is not None:
                self.assertIn(coordinator.returncode, self.ends[action])
                coordinator = self.serve_again(state)
            self.wait_until("somebody ends", lambda: worker.poll() is not None or
                            coordinator.poll() is not None, 60)
        self.assertEqual(worker.returncode, 0)
        self.assertTrue(once.exists(), f"nothing passed {point}")
        if coordinator.poll() is not None:
            coordinator = self.serve_again(state)
        coordinator.terminate()
        self.assertEqual(coordinator.wait(timeout=10), 0)
        self.assertEqual(violations(state), [])
        return state

    def submit_only(self, state):
        coordinator = self.serve_again(state)
        self.hone("submit", self.spec, "--state", state)
        coordinator.terminate()
        self.assertEqual(coordinator.wait(timeout=10), 0)

    def serve_again(self, state):
        """Like self.serve, of a coordinator that may die at once."""
        process = self.start(*[str(word) for word in (pathlib.Path(os.environ["HONE_BIN"]) / "hone", "serve",
                             "--state", state, "--port", 0, "--lease", 2)], name="serve")
        self.wait_until("the coordinator is there or gone", lambda: process.poll() is not None or
                        (state / "access.json").exists())
        return process

    def check(self, points):
        tables = {}
        for action in self.ends:
            for point in points:
                with self.subTest(f"{action} at {point}"):
                    state = self.sweep_with(action, point)
                    tables[action, point] = self.hone("table", "II", "--state", state, "--format", "csv").stdout
                    print(f"{action} at {point}: {attempts(state)} attempts of {TRAINED} trainings")
        self.environment.pop("HONE_FAULTS")
        coordinator, worker = self.begin(self.state, "undisturbed")
        undisturbed = self.finish(self.state, worker)
        coordinator.terminate()
        coordinator.wait(timeout=10)
        for where, table in tables.items():
            with self.subTest(where):
                self.assertEqual(table, undisturbed)
        self.assert_no_orphan()

    def test_each_place_of_the_coordinator_and_the_agent(self):
        points = [point for point in POINTS if point not in ELSEWHERE | OF_THE_TRAINER]
        self.assertGreater(len(points), 8)
        self.check(points)


class TrainerFaultPoints(FaultPoints):
    trainer = []
    test_each_place_of_the_coordinator_and_the_agent = None

    def test_each_place_of_the_trainer(self):
        self.check(sorted(OF_THE_TRAINER))


if __name__ == "__main__":
    unittest.main()
