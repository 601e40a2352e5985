"""A team whose two ranks are on two hosts: it trains, and a host that is cut off ends it in time."""

import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import netns  # noqa: E402
from harness import (HONE, TRAINED, WORKER, HoneTest, count, query, results, trials_done,  # noqa: E402
                     violations)

REAPED = 10  # seconds that a broken team may take to be gone, on every host
LONG = {"epochs": 60, "batch": 4, "learning_rate": 0.01, "loss": "dice+bce"}
OF_TWO_RANKS = "spec ->> '$.numerics.ranks' = 2 AND state = 'done'"


class TeamOfTwoHosts(HoneTest):
    """A coordinator and a worker on h1; the worker has one slot, and one more on h2."""

    def setUp(self):
        super().setUp()
        if why := netns.why_not():
            self.lacks(why)
        self.hosts = netns.Hosts(self.folder, 2)
        self.addCleanup(self.hosts.down)
        self.state = self.folder / "state"
        self.environment["TMPDIR"] = str(self.folder / "tmp")
        (self.folder / "tmp").mkdir()
        self.start(*self.hosts.command("h1", HONE, "serve", "--state", self.state, "--port", 0),
                   name="serve")
        self.wait_until("the coordinator answers", lambda: self.hosts.run(
            "h1", HONE, "status", "--state", self.state, env=self.environment).returncode == 0)

    def submit(self, **changes):
        file = self.tiny(numerics={"ranks": 2}, **changes)
        self.run_program(*self.hosts.command("h1", HONE, "submit", file, "--state", self.state))

    def start_worker(self, *words):
        return self.start(*self.hosts.command(
            "h1", WORKER, "--access", self.state / "access.json", "--cache", self.folder / "cache",
            "--slots", 1, "--hosts", "h1:1,h2:1", "--mpirun-args",
            " ".join(self.hosts.mpi_options()), "--until-drained", *words), name="worker")

    def ranks(self, host):
        """The processes of a host's ranks, without their mpirun and its daemon."""
        words = {pid: words_of(pid) for pid in self.hosts.pids(host)}
        return [pid for pid, (program, *rest) in words.items()
                if program.endswith(b"hone-trainer") and b"--team" in rest]

    def finish(self, worker, trials):
        self.assertEqual(worker.wait(timeout=170), 0, self.logs())
        self.assertEqual(trials_done(self.state), trials)
        self.assertEqual(violations(self.state), [])
        self.wait_until("nothing is left on h2", lambda: not self.hosts.pids("h2"), 10)

    def test_trains_and_gives_the_numbers_of_two_ranks_on_one_host(self):
        self.submit()
        worker = self.start_worker()
        self.wait_until("each host has a rank",
                        lambda: len(self.ranks("h1")) == len(self.ranks("h2")) == 1)
        self.finish(worker, TRAINED)
        self.assertGreater(count(self.state, f"SELECT count(*) FROM trial WHERE {OF_TWO_RANKS}"), 0)
        self.assertEqual(query(self.state, "SELECT DISTINCT state FROM attempt"), [("done",)])
        self.assertEqual(list((self.folder / "tmp").glob("hone-team-*")), [])  # h2's copies
        other = self.folder / "one-host"
        self.hone("run", self.tiny(numerics={"ranks": 2}), "--state", other, "--slots", 2)
        self.assertEqual(results(self.state), results(other))

    def test_whose_second_host_is_cut_off_is_reaped_and_its_trial_trained_again(self):
        self.submit(training=LONG, tables=["folds"], inner_folds=2)
        worker = self.start_worker("--count", 1)  # while h2 is away there is no use in trying again
        self.wait_until("a team trains", lambda: count(self.state, "SELECT count(*) FROM epoch") > 0)
        team = {"h1": self.ranks("h1"), "h2": self.ranks("h2")}
        self.assertEqual({host: len(pids) for host, pids in team.items()}, {"h1": 1, "h2": 1})
        began = time.monotonic()
        self.hosts.cut("h2")
        for host, pids in team.items():
            self.wait_until(f"the rank of {host} is gone",
                            lambda: not set(pids) & set(self.hosts.pids(host)),
                            began + REAPED - time.monotonic())
            print(f"{host}: reaped after {time.monotonic() - began:.1f} s")
        self.assertEqual(worker.wait(timeout=20), 0)
        self.hosts.heal("h2")
        self.finish(self.start_worker(), 2)
        (reason,), = query(self.state, "SELECT reason FROM attempt WHERE state = 'failed'")
        # The agent misses the rank's heartbeats, unless mpirun misses its daemon on h2 before that.
        self.assertRegex(reason, "rank 1 fell silent|lost communication with a remote daemon")


def words_of(pid):
    """A process's command line; one empty word when it has ended."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().split(b"\0")
    except OSError:
        return [b""]


if __name__ == "__main__":
    unittest.main()
