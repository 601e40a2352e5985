"""Sweeps over a wire that breaks, falls silent and says things twice: no number changes, and none is there twice."""

import collections
import json
import os
import random
import time
import unittest

from faulty_wire import FaultyWire
from harness import QUICK, WORKER, count, query
from storm import Storm

SEED = int(os.environ.get("HONE_SEED", "1"))
LEASE = 1
MESSAGES = 10_000
LEAST_OF_A_TRIAL = 6  # messages


class WireTest(Storm):
    milliseconds = 500  # of a trial, which says something five times
    seeds_of_a_sweep = 20
    most_waiting = 100
    lease = LEASE
    crash_limit = 1000
    slots = 8  # of each of four workers
    chances = {}
    faults = []

    def setUp(self):
        super().setUp()
        self.start_coordinator()
        access = json.loads((self.state / "worker.json").read_text())
        self.wire = FaultyWire((access["host"], access["port"]), SEED, self.chances, 3 * LEASE)
        self.addCleanup(self.wire.close)
        self.far = self.folder / "far.json"
        self.far.touch(mode=0o600)
        self.far.write_text(json.dumps(access | {"port": self.wire.port}))
        for number in range(4):
            self.start_worker(f"worker-{number}")

    def start_worker(self, name):
        self.workers[name] = self.start(WORKER, "--access", self.far, "--slots", self.slots, "--cache", self.folder / name,
                                        *self.trainer, name=name)

    def suffer(self, enough):
        """Sweeps until enough has passed and every fault has taken effect; then the rest in peace."""
        def passed():
            self.keep_busy()
            return enough() and all(self.wire.took_effect[fault] for fault in self.faults) and self.lost()
        self.wait_until("enough has passed, with each fault and a lease ended while its worker could not be heard",
                        passed, 150)
        self.wire.harmless()
        self.calm_down()
        self.took_effect = self.wire.took_effect
        self.report(SEED)

    def check(self):
        self.assertEqual(query(self.state, "SELECT state, reason FROM attempt WHERE state NOT IN ('done', 'lost')"), [])
        twice = "SELECT count(*) FROM (SELECT 1 FROM attempt WHERE state = 'done' GROUP BY trial HAVING count(*) > 1)"
        self.assertEqual(count(self.state, twice), 0)
        self.assert_same_as_undisturbed()


class FaultyWireInTheClear(WireTest):
    chances = {"cut": 0.004, "stall": 0.002, "trickle": 0.01, "twice": 0.1}
    faults = ["cut in a message", "cut in a header", "cut in a transfer", "stall", "trickle", "twice"]

    def test_changes_no_number_and_stores_nothing_twice(self):
        def passed():
            return sum(self.wire.messages.values())
        self.suffer(lambda: passed() + LEAST_OF_A_TRIAL * self.open_trials() >= MESSAGES)
        again = self.wire.said_again()
        self.assertGreater(passed(), MESSAGES)
        print(f"seed {SEED}: took effect: {passed()} messages, of them "
              f"{self.wire.took_effect['twice']} passed on twice, {again} reports and endings sent again by workers")
        self.assertGreater(again, 0)
        self.check()


class FaultyWireWithinTls(WireTest):
    """What passes cannot be read, let alone be said twice."""

    serve_words = ["--tls", "on"]
    seeds_of_a_sweep = 10
    chances = {"cut": 0.01, "stall": 0.005, "trickle": 0.02}
    faults = ["cut in a transfer", "stall", "trickle"]
    megabytes = 1

    def test_changes_no_number(self):
        self.suffer(lambda: self.wire.unreadable > self.megabytes * 1e6)
        print(f"seed {SEED}: took effect: {self.wire.unreadable / 1e6:.1f} MB passed within TLS")
        self.assertEqual(self.wire.messages, {})
        self.check()


class Acknowledged(WireTest):
    """What a worker was told is stored outlives the coordinator that said so: every row, and every ending."""

    milliseconds = 100
    slots = 2
    kills = 50

    def look(self):
        """That all of which a worker was told so far is there. Returns how much that is."""
        told, endings = self.wire.all_acknowledged()
        stored = collections.defaultdict(set)
        for trial, attempt, *row in query(self.state, "SELECT trial, attempt, split, image, iteration, metric, value "
                                                     "FROM measurement"):
            stored[trial, attempt].add(tuple(row))
        self.assertEqual({ticket: rows - stored[ticket] for ticket, rows in told.items() if rows - stored[ticket]}, {})
        running = set(query(self.state, "SELECT trial, attempt FROM attempt WHERE state = 'running'"))
        self.assertEqual(endings & running, set())
        return sum(map(len, told.values())), len(endings)

    def test_rows_are_there_whenever_the_coordinator_dies(self):
        choose = random.Random(SEED)
        for _ in range(self.kills):
            self.keep_busy()
            time.sleep(choose.uniform(0, 0.5))
            self.kill_coordinator(choose)
            self.took_effect["kill_coordinator"] += 1
            self.look()
        self.calm_down()
        self.report(SEED)
        rows, endings = self.look()
        print(f"seed {SEED}: took effect: {self.kills} coordinators killed; {rows} rows and {endings} endings "
              f"acknowledged, none of them gone")
        self.assertGreater(rows, 10_000)
        self.assertGreater(endings, 100)


if __name__ == "__main__":
    unittest.main()
