"""Faults that hit the processes of a running sweep, one after the other, in an order that a seed decides.

A fault counts when it took effect: its victim was there and died or stopped. What is promised is
checked afterwards: the same results as those of sweeps that nobody disturbed, no violation, no
process left over. tests/e2e/storm_test.py lets some loose for CI, scripts/chaos for hours.
"""

import collections
import http.client
import json
import os
import random
import signal
import time

from harness import (HONE, QUICK, WORKER, HoneTest, attempts, count, query, results, violations)

PAUSE = 0.25  # seconds between two faults, about
LEASE = 1     # second
SLOTS = 2


class Storm(HoneTest):
    """A coordinator with short leases, two workers that are started again like a batch system
    does it, and sweeps one after the other as long as there are faults to come."""

    trainer = ["--trainer", QUICK]
    milliseconds = 150  # of a trial
    pause = PAUSE
    lease = LEASE
    serve_words = []
    crash_limit = 100  # chance may hit the trainers of one trial more often than the usual three times

    def setUp(self):
        super().setUp()
        self.environment["HONE_QUICK_MILLISECONDS"] = str(self.milliseconds)
        self.state = self.folder / "state"
        self.sweeps = 0
        self.workers = {}
        self.took_effect = collections.Counter()
        self.restarts = []  # seconds from the start of a coordinator to its first new row

    # ---- what runs

    def spec_of(self, sweep):
        return self.tiny(seeds=list(range(100 * sweep, 100 * sweep + self.seeds_of_a_sweep)))

    seeds_of_a_sweep = 5
    most_waiting = 20  # when fewer are left, the next sweep comes

    def submit(self, state, sweep):
        self.hone("submit", self.spec_of(sweep), "--state", state)

    def start_coordinator(self):
        self.coordinator = self.serve(self.state, "--lease", self.lease, "--crash-limit", self.crash_limit,
                                      *self.serve_words)

    def start_worker(self, name):
        self.workers[name] = self.start(
            WORKER, "--access", self.state / "access.json", "--slots", SLOTS, "--cache", self.folder / name,
            "--checkpoint", "0.2", *self.trainer, name=name)

    def ask(self, path):
        access = json.loads((self.state / "access.json").read_text())
        connection = http.client.HTTPConnection(access["host"], access["port"], timeout=30)
        connection.request("GET", path, headers={"Authorization": f"Bearer {access['token']}"})
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def open_trials(self):
        return count(self.state, "SELECT count(*) FROM trial WHERE state IN ('waiting', 'leased')")

    def keep_busy(self):
        """There is always a trial to disturb, and somebody to train it."""
        for name, worker in self.workers.items():
            if worker.poll() is not None:
                self.start_worker(name)
        if self.open_trials() < self.most_waiting:
            self.submit(self.state, self.sweeps)
            self.sweeps += 1

    # ---- faults: each returns whether it took effect

    def kill_one(self, choose, program):
        victims = [process for process in self.processes(program) if program != "-trainer" or
                   "hone-worker" not in name_of(process)]
        if not victims:
            return False
        try:
            os.kill(choose.choice(victims), signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def kill_trainer(self, choose):
        return self.kill_one(choose, "-trainer")

    def kill_agent(self, choose):
        return self.kill_one(choose, "--agent")

    def kill_supervisor(self, choose):
        worker = choose.choice(list(self.workers.values()))
        if worker.poll() is not None:
            return False
        worker.kill()
        worker.wait()
        return True

    def kill_coordinator(self, _choose):
        self.coordinator.kill()
        self.coordinator.wait()
        rows = count(self.state, "SELECT count(*) FROM measurement")
        begun = time.monotonic()
        self.start_coordinator()
        self.wait_until("a restarted coordinator accepts rows", lambda: count(
            self.state, "SELECT count(*) FROM measurement") > rows, 30)
        self.restarts.append(time.monotonic() - begun)
        return True

    def stop_process(self, process, seconds):
        """SIGSTOP, which nobody can catch, and SIGCONT."""
        try:
            os.kill(process, signal.SIGSTOP)
            time.sleep(seconds)
            os.kill(process, signal.SIGCONT)
        except ProcessLookupError:
            return False
        return True

    def stop_agent(self, choose):
        agents = self.processes("--agent")
        return bool(agents) and self.stop_process(choose.choice(agents), 1.5 * LEASE)

    def stop_coordinator(self, _choose):
        return self.stop_process(self.coordinator.pid, 1.5 * LEASE)

    # ---- the storm

    def rage(self, faults, seed):
        """`faults`: how often each, by the name of its method."""
        choose = random.Random(seed)
        ahead = [kind for kind, times in faults.items() for _ in range(times)]
        choose.shuffle(ahead)
        self.start_coordinator()
        for name in ("worker-1", "worker-2"):
            self.start_worker(name)
        while ahead:
            self.keep_busy()
            time.sleep(choose.uniform(0.5, 1.5) * self.pause)
            if getattr(self, ahead[-1])(choose):
                self.took_effect[ahead.pop()] += 1
        self.calm_down()
        self.report(seed)

    def calm_down(self):
        for name, worker in self.workers.items():
            if worker.poll() is not None:
                self.start_worker(name)
        self.wait_until("the sweeps are done", lambda: self.open_trials() == 0, 240)
        for worker in self.workers.values():
            worker.terminate()
            worker.wait(timeout=30)
        self.assertEqual(violations(self.state), [])
        self.assertEqual(query(self.state, "SELECT name, state, reason FROM trial JOIN sweep_trial ON id = trial "
                                           "WHERE state NOT IN ('done', 'resolved')"), [])
        self.coordinator.terminate()
        self.assertEqual(self.coordinator.wait(timeout=30), 0)
        self.assert_no_orphan()

    def lost(self):
        """Attempts that ended before their trial was done."""
        return count(self.state, "SELECT count(*) FROM attempt WHERE state <> 'done'")

    def report(self, seed):
        told = ", ".join(f"{kind} {times}" for kind, times in sorted(self.took_effect.items()))
        print(f"seed {seed}: took effect: {told}; {self.sweeps} sweeps, {attempts(self.state)} attempts, "
              f"{self.lost()} of them lost or crashed", flush=True)
        if self.restarts:
            print(f"restart of the coordinator to the first new row: worst {max(self.restarts):.2f} s of "
                  f"{len(self.restarts)}", flush=True)

    def assert_same_as_undisturbed(self):
        """Once more in peace, every sweep of the storm."""
        other = self.folder / "undisturbed"
        self.environment.pop("HONE_QUICK_MILLISECONDS")
        for sweep in range(self.sweeps):
            self.hone("run", self.spec_of(sweep), "--state", other, *self.trainer)
        self.assertEqual(results(self.state), results(other))
        for sweep in range(1, self.sweeps + 1):
            table = [self.hone("table", "II", sweep, "--state", state, "--format", "csv").stdout
                     for state in (self.state, other)]
            self.assertEqual(*table)


def name_of(process):
    try:
        with open(f"/proc/{process}/cmdline", "rb") as words:
            return os.fsdecode(words.read().split(b"\0")[0])
    except OSError:
        return ""
