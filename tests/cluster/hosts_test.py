"""A sweep over three hosts: the coordinator on one, workers on the others, started by mpirun.

What is held: the table is that of `hone run` on one machine, byte for byte, also when a host is lost
in the middle.
"""

import json
import os
import pathlib
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import netns  # noqa: E402
from harness import (HONE, QUICK, SOURCE, TRIALS, WORKER, HoneTest, query, results, trials_done,  # noqa: E402
                     violations)

LEASE = 2  # seconds
LAUNCH = SOURCE / "scripts" / "launch"


class HostsTest(HoneTest):
    """Three hosts, and a coordinator on the first. Each host has a cache of its own."""

    def setUp(self):
        super().setUp()
        self.environment["HONE_ALLOW_ROOT"] = "1"
        if why := netns.why_not():
            self.lacks(why)
        self.hosts = netns.Hosts(self.folder, 3)
        self.addCleanup(self.hosts.down)
        self.state = self.folder / "state"
        self.access = self.state / "access.json"
        self.start(*self.hosts.command("h1", HONE, "serve", "--state", self.state, "--bind",
                                       self.hosts.address("h1"), "--lease", LEASE), name="serve")
        self.wait_until("the coordinator answers", lambda: self.hosts.run(
            "h1", HONE, "status", "--state", self.state, env=self.environment).returncode == 0)

    def on_login_node(self, *words, code=0):
        return self.run_program(*self.hosts.command("h1", *words), code=code)

    def start_workers(self, *words):
        """One worker on h2 and one on h3, by the launcher that people use."""
        script = ('exec "$0" --cache "$1/cache-$(hostname)" --access "$1/state/access.json" '
                  '--slots 1 "${@:2}"')
        host_file = self.folder / "hosts.txt"
        host_file.write_text("h2 slots=2\nh3 slots=2\n")
        self.environment |= {"HONE_WORKER": str(self.folder / "worker"),
                             "HONE_MPIRUN": " ".join(self.hosts.mpi_options()),
                             "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
        worker = self.folder / "worker"
        worker.write_text(f'#!/bin/bash\nset -- {WORKER} {self.folder} "$@"\n'
                          f"exec bash -c '{script}' \"$@\"\n")
        worker.chmod(0o755)
        return self.start(*self.hosts.command("h1", LAUNCH / "mpirun", host_file, *words),
                          name="workers")

    def assert_same_as_one_machine(self):
        other = self.folder / "one-machine"
        self.hone("run", self.tiny(), "--state", other, "--slots", 2)
        self.assertEqual(self.hone("table", "II", "--state", self.state).stdout,
                         self.hone("table", "II", "--state", other).stdout)
        self.assertEqual(results(self.state), results(other))
        self.assertEqual(violations(self.state), [])
        hosts = query(self.state, "SELECT DISTINCT host FROM worker JOIN attempt ON worker = id "
                      "ORDER BY host")
        self.assertEqual(hosts, [("h2",), ("h3",)])
        print(f"{TRIALS} trials; workers and hosts:", query(
            self.state, "SELECT host, attempt.state, count(*) FROM attempt JOIN worker ON worker = id"
            " GROUP BY 1, 2"))


class ThreeHosts(HostsTest):
    def test_mpirun_over_two_hosts_gives_the_table_of_one_machine(self):
        self.on_login_node(HONE, "submit", self.tiny(), "--state", self.state)
        workers = self.start_workers("--until-drained")
        self.assertEqual(workers.wait(timeout=120), 0)
        self.assert_same_as_one_machine()
        for host in ("h2", "h3"):  # what a host needed has travelled to it
            self.assertTrue(list((self.folder / f"cache-{host}" / "artifacts").iterdir()))
            self.wait_until(f"nothing runs on {host}", lambda: not self.hosts.pids(host), 10)

    def test_a_host_that_is_lost_in_the_middle_changes_no_number(self):
        self.on_login_node(HONE, "submit", self.tiny(), "--state", self.state)
        self.start_workers("--until-drained")
        running = ("SELECT count(*) FROM attempt JOIN worker ON worker = id WHERE host = 'h3' AND "
                   "attempt.state = 'running'")
        self.wait_until("h3 trains", lambda: trials_done(self.state) >= 2 and
                        query(self.state, running)[0][0])
        self.hosts.lose("h3")
        self.wait_until("all is done", lambda: '"finished": true' in self.hosts.run(
            "h1", HONE, "status", 1, "--json", "--state", self.state,
            env=self.environment).stdout.replace('":true', '": true'), 120)
        self.assertEqual(query(self.state, "SELECT count(*) > 0 FROM attempt WHERE state = 'lost'"),
                         [(1,)])
        self.assert_same_as_one_machine()


class LauncherKilled(HostsTest):
    """mpirun's daemon on a host (orted) dies: what it started there has nobody any more, and its mpirun gives up."""

    def daemons(self, host):
        return [pid for pid in self.hosts.pids(host) if program_of(pid) == "orted"]

    def test_an_orted_changes_no_number_and_leaves_nobody(self):
        self.environment["HONE_QUICK_MILLISECONDS"] = "300"
        spec = self.tiny(seeds=[0, 1, 2])
        self.on_login_node(HONE, "submit", spec, "--state", self.state)
        words = ["--until-drained", "--trainer", QUICK]
        launched = self.start_workers(*words)
        busy = ("SELECT count(DISTINCT host) FROM attempt JOIN worker ON worker = id WHERE attempt.state = 'done'")
        self.wait_until("both hosts have done something", lambda: query(self.state, busy) == [(2,)])
        of_h2 = "SELECT count(*) FROM attempt WHERE state = 'done' AND worker = (SELECT min(id) FROM worker WHERE host = 'h2')"
        (daemon,) = self.daemons("h2")
        os.kill(daemon, signal.SIGKILL)
        before = query(self.state, of_h2)[0][0]
        began = time.monotonic()
        self.assertNotEqual(launched.wait(timeout=30), 0)
        done = trials_done(self.state)
        print(f"orted killed: mpirun ended with {launched.returncode} after {time.monotonic() - began:.1f} s, "
              f"{done} trials done, processes left on h2: {len(self.hosts.pids('h2'))}, on h3: {len(self.hosts.pids('h3'))}")
        self.assertEqual(self.start_workers(*words).wait(timeout=60), 0)
        self.assertLess(done, trials_done(self.state))
        self.assertGreater(query(self.state, of_h2)[0][0], before, "the worker that lost its orted did not go on")
        for host in ("h2", "h3"):
            self.wait_until(f"nothing runs on {host}", lambda: not self.hosts.pids(host), 2 * LEASE)
        other = self.folder / "one-machine"
        self.hone("run", spec, "--state", other, "--trainer", QUICK)
        self.assertEqual(results(self.state), results(other))
        self.assertEqual(self.hone("table", "II", "--state", self.state, "--format", "csv").stdout,
                         self.hone("table", "II", "--state", other, "--format", "csv").stdout)
        self.assertEqual(violations(self.state), [])


class Partitions(HostsTest):
    """Hosts that are cut off for longer than a lease, and come back with what they have."""

    def setUp(self):
        super().setUp()
        self.environment["HONE_QUICK_MILLISECONDS"] = "400"

    def stale_messages(self):
        """Messages of tickets that were another's by then, as the coordinator counted them."""
        ask = ("import json, ssl, sys, urllib.request as r; a = json.load(open(sys.argv[1])); "
               "q = r.Request(f'https://{a[\"host\"]}:{a[\"port\"]}/api/v1/status', "
               "headers={'Authorization': 'Bearer ' + a['token']}); print(json.load(r.urlopen(q, context=ssl._create_unverified_context()))['refused_stale'])")
        return int(self.run_program(*self.hosts.command("h1", sys.executable, "-c", ask, self.access)).stdout)

    def open_trials(self):
        return query(self.state, "SELECT count(*) FROM trial WHERE state IN ('waiting', 'leased')")[0][0]

    def cut_off(self, kind, host):
        begin, end = {"cut": (self.hosts.cut, self.hosts.heal),
                      "one-way": (lambda name: self.hosts.silence(name, "h1"),
                                  lambda name: self.hosts.unsilence(name, "h1")),
                      "interface": (self.hosts.take_down, self.hosts.bring_up)}[kind]
        running = ("SELECT count(*) FROM attempt JOIN worker ON worker = id WHERE host = ? AND "
                   "attempt.state = 'running'")
        self.wait_until(f"{host} trains", lambda: query(self.state, running, host)[0][0], 60)
        lost = "SELECT count(*) FROM attempt JOIN worker ON worker = id WHERE host = ? AND attempt.state = 'lost'"
        before = query(self.state, lost, host)[0][0]
        begin(host)
        begun = time.monotonic()
        self.wait_until("its trials are given to others", lambda: query(self.state, lost, host)[0][0] > before, 10)
        took = time.monotonic() - begun
        end(host)
        self.assertLess(took, LEASE + 1)
        return took

    def disturb(self, host):
        """What is over before a lease is: connections that end with an RST, and a cable that is out for a moment."""
        connections = self.hosts.reset(host, json.loads(self.access.read_text())["port"])
        self.hosts.cut(host)
        time.sleep(LEASE / 4)
        self.hosts.heal(host)
        return connections

    def test_cuts_and_resets_of_all_kinds_change_no_number(self):
        spec = self.tiny(seeds=list(range(10)))
        self.on_login_node(HONE, "submit", spec, "--state", self.state)
        self.start_workers("--trainer", QUICK)
        kinds = ["cut", "one-way", "interface"]
        worst, resets = 0, 0
        for number in range(10):
            cut, other = [["h2", "h3"], ["h3", "h2"]][number % 2]
            worst = max(worst, self.cut_off(kinds[number % 3], cut))
            resets += self.disturb(other)
        self.assertTrue(resets >= 10 or not self.hosts.can_reset("h2"), f"{resets} connections were reset")
        for deaf in ("h2", "h3"):  # it is heard, and hears nothing
            self.hosts.silence("h1", deaf)
            time.sleep(2 * LEASE)
            self.hosts.unsilence("h1", deaf)
        self.wait_until("all is done", lambda: self.open_trials() == 0, 180)
        stale = self.stale_messages()
        self.assertGreater(stale, 0, "no healed worker said anything of a trial that was another's")
        print(f"took effect: 10 cuts, after which leases ended within {worst:.1f} s, 10 short ones, {resets} connections "
              f"reset, 2 hosts deaf for twice a lease; {stale} stale messages were refused")
        other = self.folder / "one-machine"
        self.hone("run", spec, "--state", other, "--trainer", QUICK)
        self.assertEqual(results(self.state), results(other))
        self.assertEqual(violations(self.state), [])


def program_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""  # it has just ended


if __name__ == "__main__":
    unittest.main()
