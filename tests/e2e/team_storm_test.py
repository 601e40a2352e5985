"""Teams whose members die and hang, one team at a time or both: row 12 of the table of promises."""

import os
import pathlib
import random
import signal
import time
import unittest

from harness import WORKER, HoneTest, count, query, results, violations

SEED = int(os.environ.get("HONE_SEED", "1"))
# Each of so many teams at once: a rank that is stopped is noticed after five seconds.
FAULTS = 5 * [(signal.SIGKILL, 1)] + [(signal.SIGKILL, 2)] + [(signal.SIGSTOP, 1), (signal.SIGSTOP, 2)]
REAPED = 10  # seconds that a broken team may take to be gone
STARTING = """SELECT count(*) FROM attempt WHERE state = 'running' AND NOT EXISTS
    (SELECT 1 FROM epoch WHERE epoch.trial = attempt.trial AND epoch.attempt = attempt.attempt)"""


class TeamStorm(HoneTest):
    """Two workers, each with a team of two ranks, and sweeps as long as there are faults to come."""

    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.sweeps = 0

    def spec(self, *seeds):
        """Two trainings for each seed."""
        return self.tiny(numerics={"ranks": 2}, tables=["folds"], inner_folds=2, seeds=seeds, training={
            "epochs": 60, "batch": 4, "learning_rate": 0.01, "loss": "dice+bce"})

    def keep_busy(self):
        """Each team that is free finds a training."""
        if count(self.state, "SELECT count(*) FROM trial WHERE state = 'waiting'") < 2:
            self.hone("submit", self.spec(self.sweeps), "--state", self.state)
            self.sweeps += 1

    def teams(self):
        """{mpirun: its ranks}, of those that are complete."""
        found = {}
        for process in self.processes("hone-trainer"):
            try:
                words = pathlib.Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
                parent = int(pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            if words[0].endswith(b"hone-trainer") and b"--team" in words:
                found.setdefault(parent, []).append(process)
        return {launcher: ranks for launcher, ranks in found.items() if len(ranks) == 2}

    def both_train(self):
        """The two teams, once each has trained an epoch and lives."""
        self.keep_busy()
        teams = self.teams()
        return teams if len(teams) == 2 and count(self.state, STARTING) == 0 and teams == self.teams() else None

    def failed(self):
        return count(self.state, "SELECT count(*) FROM attempt WHERE state = 'failed'")

    def break_teams(self, choose, how, number):
        """A rank of each of so many teams. Returns the seconds until the whole teams were gone."""
        teams = self.wait_until("both teams train", self.both_train)
        broken = choose.sample(sorted(teams), number)
        failed = self.failed()
        begin = time.monotonic()
        for launcher in broken:
            os.kill(choose.choice(teams[launcher]), how)
        members = {member for launcher in broken for member in (launcher, *teams[launcher])}
        self.wait_until("the broken teams are gone", lambda: not members & set(self.processes()), REAPED)
        took = time.monotonic() - begin
        self.wait_until("their attempts have failed", lambda: self.failed() >= failed + number)
        # If one is left, it goes on or has ended well.
        self.assertEqual(self.failed(), failed + number)
        return took

    def test_ends_whole_and_alone_and_changes_no_number(self):
        coordinator = self.serve(self.state, "--crash-limit", 100, "--retry-pause", "100ms")
        workers = [self.start(WORKER, "--access", self.state / "access.json", "--slots", 2,
                              "--cache", self.folder / name, name=name) for name in ("worker-0", "worker-1")]
        choose, took = random.Random(SEED), {signal.SIGKILL: [], signal.SIGSTOP: []}
        for how, number in choose.sample(FAULTS, k=len(FAULTS)):
            took[how] += number * [self.break_teams(choose, how, number)]
        self.wait_until("all is trained", lambda: count(
            self.state, "SELECT count(*) FROM trial WHERE state <> 'done'") == 0, 120)
        for worker in workers:
            worker.terminate()
            self.assertEqual(worker.wait(timeout=30), 0, self.logs())
        print(f"seed {SEED}: took effect: {len(took[signal.SIGKILL])} ranks killed, reaped after "
              f"{max(took[signal.SIGKILL]):.1f} s at most; {len(took[signal.SIGSTOP])} stopped, after "
              f"{max(took[signal.SIGSTOP]):.1f} s; {count(self.state, 'SELECT count(*) FROM attempt')} attempts")
        self.assertEqual(query(self.state, "SELECT state, count(*) FROM attempt WHERE state != 'done' GROUP BY state"),
                         [("failed", sum(number for _, number in FAULTS))])
        self.assertEqual(violations(self.state), [])
        coordinator.terminate()
        self.assertEqual(coordinator.wait(timeout=30), 0)
        self.assert_no_orphan()
        undisturbed = self.folder / "undisturbed"
        self.hone("run", self.spec(*range(self.sweeps)), "--state", undisturbed, "--slots", 4)
        self.assertEqual(results(self.state), results(undisturbed))
        self.assertNotEqual(results(self.state), "")


if __name__ == "__main__":
    unittest.main()
