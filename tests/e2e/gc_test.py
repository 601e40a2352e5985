"""hone gc: what nothing needs goes, with and without a coordinator, and nothing is missed later."""

import json
import os
import unittest

from harness import QUICK, HoneTest, query, violations


class Gc(HoneTest):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.hone("run", self.tiny(), "--state", self.state, "--trainer", QUICK)
        self.table = self.hone("table", "II", "--state", self.state).stdout

    def gc(self, *words, code=0):
        return json.loads(self.hone("gc", "--state", self.state, "--json", *words, code=code).stdout)

    def files(self):
        return sorted(os.listdir(self.state / "artifacts"))

    def plant_lost_file(self):
        lost = self.state / "artifacts" / ("0" * 64)
        lost.write_text("of an attempt that was lost")
        os.utime(lost, (1, 1))

    def check_nothing_is_missed(self):
        self.assertEqual(self.hone("table", "II", "--state", self.state).stdout, self.table)
        self.assertEqual(violations(self.state), [])
        attempts = query(self.state, "SELECT count(*) FROM attempt")
        # The same again, and a new evaluation of everything that is reported: nothing is trained.
        self.hone("run", self.tiny(), "--state", self.state, "--trainer", QUICK)
        self.assertEqual(query(self.state, "SELECT count(*) FROM attempt"), attempts)
        self.hone("run", self.tiny(refine={"iterations": 4}), "--state", self.state, "--trainer", QUICK)
        trained = "SELECT count(*) FROM attempt a JOIN trial t ON t.id = a.trial WHERE a.trial IN " \
                  "(SELECT trial FROM sweep_trial WHERE sweep = 1) AND a.attempt > 1"
        self.assertEqual(query(self.state, trained), [(0,)])
        self.assertEqual(self.gc("--dry-run")["missing"], 0)

    def test_counts_without_a_coordinator_and_then_removes(self):
        self.plant_lost_file()
        before = self.files()
        counted = self.gc("--dry-run")
        self.assertEqual(self.files(), before)
        kinds = {kind["kind"]: kind["files"] for kind in counted["kinds"]}
        self.assertGreater(kinds["weights"], 0)
        self.assertEqual(kinds["unnamed"], 1)
        text = self.hone("gc", "--state", self.state, "--dry-run").stdout
        self.assertIn("would remove", text)
        removed = self.gc()
        self.assertEqual(removed["total"], counted["total"])
        self.assertEqual(len(self.files()), len(before) - removed["total"]["files"])
        self.assertEqual(self.gc()["total"], {"files": 0, "bytes": 0})
        self.check_nothing_is_missed()

    def test_goes_through_the_coordinator_that_runs(self):
        self.plant_lost_file()
        coordinator = self.serve(self.state)
        self.assertGreater(self.gc()["total"]["files"], 1)
        self.assertNotIn("0" * 64, self.files())
        coordinator.terminate()
        self.assertEqual(coordinator.wait(timeout=10), 0)
        self.check_nothing_is_missed()

    def test_of_no_state_folder_says_so(self):
        done = self.hone("gc", "--state", self.folder / "none", code=1)
        self.assertIn("there are no results in", done.stderr)
        self.assertFalse((self.folder / "none").exists())


if __name__ == "__main__":
    unittest.main()
