"""hone tell and hone ask, and the example in which Optuna chooses."""

import importlib.util
import json
import os
import subprocess
import sys
import unittest

from harness import BIN, HONE, QUICK, SOURCE, WORKER, HoneTest, attempts, query

FOLDS = 2  # of the profile smoke


class AskTellTest(HoneTest):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.environment |= {"HONE_STATE": str(self.state), "PATH": f"{BIN}:{os.environ['PATH']}"}
        self.coordinator = self.serve(self.state)

    def start_worker(self):
        return self.start(WORKER, "--access", self.state / "access.json", "--slots", 1, "--trainer",
                          QUICK, name="worker")


class AskTell(AskTellTest):
    def told(self, *settings):
        words = [word for setting in settings for word in ("-S", setting)]
        return self.hone("tell", self.tiny(), *words).stdout.strip()

    def test_a_configuration_is_scored_by_its_base_nets_alone_and_once(self):
        sweep = self.told("training.learning_rate=0.002")
        self.assertEqual(self.hone("ask", sweep).stdout.strip(), "waiting")
        self.start_worker()
        score = float(self.hone("ask", sweep, "--wait").stdout)
        answer = json.loads(self.hone("ask", sweep, "--json").stdout)
        folds = [fold["dice"] for fold in answer["folds"]]
        self.assertEqual(len(folds), FOLDS)
        self.assertAlmostEqual(score, sum(folds) / FOLDS)
        self.assertEqual(answer["state"], "done")
        self.assertEqual(query(self.state, "SELECT DISTINCT role FROM trial"), [("segment",)])
        self.assertEqual(attempts(self.state), FOLDS)
        self.assertEqual(self.told("training.learning_rate=0.002"), sweep)
        other = self.told("training.learning_rate=0.003")
        self.assertNotEqual(other, sweep)
        self.hone("ask", other, "--wait")
        self.assertEqual(attempts(self.state), 2 * FOLDS)
        self.assertIn(f"{100 * score:.2f}", self.hone("table", "folds", sweep).stdout)

    def test_the_last_sweep_of_a_table_is_one_that_has_tables(self):
        self.hone("submit", self.tiny())
        self.start_worker()
        told = self.told("training.learning_rate=0.002")
        self.hone("ask", told, "--wait")
        self.hone("submit", self.tiny(), "--wait")
        self.assertEqual(json.loads(self.hone("table", "II", "--json").stdout)["sweep"], 1)
        self.assertEqual(json.loads(self.hone("table", "folds", "--json").stdout)["sweep"], int(told))

    def test_a_cancelled_configuration_is_not_waited_for(self):
        sweep = self.told()
        self.hone("cancel", sweep)
        said = self.hone("ask", sweep, "--wait", code=3)
        self.assertEqual(said.stdout.strip(), "cancelled")
        self.assertIn("tell it again to go on", said.stderr)
        again = self.hone("tell", self.tiny())
        self.assertEqual(again.stdout.strip(), sweep)
        self.assertIn("it was cancelled, and goes on", again.stderr)
        self.assertEqual(self.hone("ask", sweep).stdout.strip(), "waiting")

    def test_who_waits_is_told_that_no_worker_is_there(self):
        sweep = self.told()
        asking = self.start(HONE, "ask", sweep, "--wait", name="ask")
        submitting = self.start(HONE, "submit", self.tiny(), "--wait", name="submit")
        for name in ("ask", "submit"):
            self.wait_until(f"{name} says so", lambda file=self.folder / f"{name}.log":
                            "no worker is connected (hone-worker --access" in file.read_text())
        self.assertIn("no worker is connected", self.hone("status", sweep).stdout)
        self.start_worker()
        self.assertEqual([asking.wait(60), submitting.wait(60)], [0, 0])
        self.assertNotIn("no worker", self.hone("status", sweep).stdout)

    def test_a_coordinator_that_restarts_is_waited_for(self):
        sweep = self.told()
        asking = self.start(HONE, "ask", sweep, "--wait", name="ask")
        self.coordinator.kill()
        self.coordinator.wait()
        self.serve(self.state)
        self.start_worker()
        self.assertEqual(asking.wait(60), 0)

    def test_wrong_words_are_answered_with_what_would_be_right(self):
        self.assertIn("there is no sweep 7", self.hone("ask", 7, code=2).stderr)
        submitted = self.hone("submit", self.tiny()).stdout.strip()
        self.assertIn("hand it over with 'hone tell'", self.hone("ask", submitted, code=2).stderr)
        said = self.hone("tell", self.tiny(), "-S", "training.learning_rat=1", code=2).stderr
        self.assertIn("did you mean 'learning_rate'", said)


@unittest.skipUnless(importlib.util.find_spec("optuna"), "this Python has no Optuna")
class OptunaExample(AskTellTest):
    def test_optuna_chooses_in_the_example(self):
        self.start_worker()
        example = SOURCE / "examples" / "optuna_search.py"
        self.assertLessEqual(len(example.read_text().splitlines()), 40)
        run = subprocess.run([sys.executable, example, self.tiny(), self.folder, "4"], check=False,
                             env=self.environment, capture_output=True, text=True, timeout=100)
        self.assertEqual(run.returncode, 0, run.stderr)
        best = json.loads(run.stdout.splitlines()[-1])
        self.assertIn(best["with"]["filters"], (4, 8))
        scores = [json.loads(self.hone("ask", row[0], "--json").stdout)["score"]
                  for row in query(self.state, "SELECT id FROM sweep")]
        self.assertAlmostEqual(best["best"], max(scores))


if __name__ == "__main__":
    unittest.main()
