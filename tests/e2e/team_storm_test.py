"""Teams whose members die and hang, one after the other: row 12 of the table of promises."""

import os
import pathlib
import random
import signal
import time
import unittest

from harness import WORKER, HoneTest, count, query, results, violations

SEED = int(os.environ.get("HONE_SEED", "1"))
FAULTS = 10
REAPED = 10  # seconds that a broken team may take to be gone
STARTING = """SELECT count(*) FROM attempt WHERE state = 'running' AND NOT EXISTS
    (SELECT 1 FROM epoch WHERE epoch.trial = attempt.trial AND epoch.attempt = attempt.attempt)"""


class TeamStorm(HoneTest):
    """Two workers, each with a team of two ranks."""

    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.spec = self.tiny(numerics={"ranks": 2}, tables=["II"], seeds=[0, 1], training={
            "epochs": 60, "batch": 4, "learning_rate": 0.01, "loss": "dice+bce"})

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
        teams = self.teams()
        return teams if len(teams) == 2 and count(self.state, STARTING) == 0 and teams == self.teams() else None

    def break_one(self, choose, how):
        """Returns the seconds until the whole team was gone."""
        teams = self.wait_until("both teams train", self.both_train)
        broken, other = choose.sample(sorted(teams), 2)
        failed = count(self.state, "SELECT count(*) FROM attempt WHERE state = 'failed'")
        begin = time.monotonic()
        os.kill(choose.choice(teams[broken]), how)
        self.wait_until("the broken team is gone", lambda: not {broken, *teams[broken]} & set(self.processes()), REAPED)
        took = time.monotonic() - begin
        self.wait_until("its attempt has failed", lambda: count(
            self.state, "SELECT count(*) FROM attempt WHERE state = 'failed'") > failed)
        # The other one goes on, or has ended well.
        self.assertEqual(count(self.state, "SELECT count(*) FROM attempt WHERE state = 'failed'"), failed + 1, other)
        return took

    def test_ends_alone_and_changes_no_number(self):
        coordinator = self.serve(self.state, "--crash-limit", 100, "--retry-pause", "100ms")
        self.hone("submit", self.spec, "--state", self.state)
        workers = [self.start(WORKER, "--access", self.state / "access.json", "--slots", 2, "--until-drained",
                              "--cache", self.folder / name, name=name) for name in ("worker-0", "worker-1")]
        choose, took = random.Random(SEED), {signal.SIGKILL: [], signal.SIGSTOP: []}
        for number in range(FAULTS):
            how = (signal.SIGKILL, signal.SIGSTOP)[number % 2]
            took[how].append(self.break_one(choose, how))
        for worker in workers:
            self.assertEqual(worker.wait(timeout=120), 0, self.logs())
        print(f"seed {SEED}: took effect: {len(took[signal.SIGKILL])} ranks killed, reaped after "
              f"{max(took[signal.SIGKILL]):.1f} s at most; {len(took[signal.SIGSTOP])} stopped, after "
              f"{max(took[signal.SIGSTOP]):.1f} s; {count(self.state, 'SELECT count(*) FROM attempt')} attempts")
        self.assertEqual(query(self.state, "SELECT state, count(*) FROM attempt WHERE state != 'done' GROUP BY state"),
                         [("failed", FAULTS)])
        self.assertEqual(violations(self.state), [])
        coordinator.terminate()
        self.assertEqual(coordinator.wait(timeout=30), 0)
        self.assert_no_orphan()
        undisturbed = self.folder / "undisturbed"
        self.hone("run", self.spec, "--state", undisturbed, "--slots", 4)
        self.assertEqual(results(self.state), results(undisturbed))
        self.assertNotEqual(results(self.state), "")


if __name__ == "__main__":
    unittest.main()
