"""A search by halving: what is pruned, how it is told, and that slots do not change it."""

import json
import unittest

from harness import QUICK, WORKER, HoneTest, query, tables, violations

# Five values and the experiment's own: six configurations on one fold, three on two, two on four.
SEARCH = {"search": "one-factor", "halving": 2,
          "grid": {"training.l2": [0, 0.01, 0.02, 0.03, 0.04]}}
TRAINED, PRUNED = 6 + 3 + 2 * 2, 11
STANDINGS = "SELECT patch, rung, standing, chosen FROM candidate_row ORDER BY position"


class Halving(HoneTest):
    def searched(self, name, slots, *words, **search):
        """Runs the search; the state folder and what was printed."""
        spec = self.tiny(tables=["I"], inner_folds=4, hyperparameters=SEARCH | search)
        state = self.folder / name
        run = self.hone("run", spec, "--state", state, "--slots", slots, "--trainer", QUICK,
                        "--format", "json", *words)
        self.assertEqual(violations(state), [])
        return state, tables(run.stdout)[0]

    def test_the_kept_are_the_same_for_any_number_of_slots(self):
        one, printed = self.searched("one", 1)
        four, printed_by_four = self.searched("four", 4)
        self.assertEqual(printed_by_four, printed)
        self.assertEqual(query(four, STANDINGS), query(one, STANDINGS))
        candidates = printed["rows"][0]["candidates"]
        pruned = [each for each in candidates if "pruned" in each]
        self.assertEqual(len(candidates), 6)
        self.assertEqual(sorted(each["pruned"]["rung"] for each in pruned), [1, 1, 1, 2])
        for each in pruned:
            self.assertIsNone(each["score"])
            self.assertLessEqual(each["pruned"]["score"], each["pruned"]["beaten_by"])
        kept = [each for each in candidates if "pruned" not in each]
        best = max(each["score"] for each in kept)
        self.assertAlmostEqual(next(e["score"] for e in kept if e["chosen"]), best, places=2)

    def test_pruned_trainings_are_counted_apart_and_never_run(self):
        state, _ = self.searched("state", 2)
        status = json.loads(self.hone("status", "1", "--state", state, "--json").stdout)
        self.assertEqual(status["states"]["pruned"], PRUNED)
        self.assertEqual(status["states"]["done"], TRAINED + 1)  # and the choice
        self.assertTrue(status["finished"])
        self.assertEqual(query(state, "SELECT count(*) FROM attempt"), [(TRAINED,)])
        self.assertIn(f"14/14 trials, 0 running, 0 waiting, {PRUNED} pruned",
                      self.hone("status", "1", "--state", state).stdout)
        self.assertIn(f"{PRUNED} pruned", self.hone("status", "--state", state).stdout)
        table = self.hone("table", "I", "--state", state).stdout
        self.assertIn("with halving: of each rung the best 1/2 went on", table)
        self.assertRegex(table, r"pruned at rung 2 +2 of 4")
        self.assertRegex(table, r"on 1 of 4 folds, pruned at rung 1, where the least that went on")

    def test_a_submit_waits_for_the_tables_of_its_experiment(self):
        state = self.folder / "state"
        self.serve(state)
        worker = self.start(WORKER, "--access", state / "access.json", "--trainer", QUICK, name="worker")
        spec = self.tiny(tables=["I"], inner_folds=4, hyperparameters=SEARCH)
        self.hone("submit", spec, "--state", state, "--wait")
        sweep = json.loads(self.hone("status", "--state", state, "--json").stdout)["sweeps"][0]
        self.assertEqual((sweep["done"], sweep["pruned"], sweep["open"]), (TRAINED + 1, PRUNED, 0))
        worker.terminate()

    def test_the_same_search_without_halving_trains_the_rest(self):
        state, _ = self.searched("state", 2)
        self.searched("state", 2, halving=0)
        self.assertEqual(query(state, "SELECT count(*) FROM attempt"), [(TRAINED + PRUNED,)])
        self.assertEqual(query(state, "SELECT count(*) FROM trial WHERE state = 'pruned'"), [(0,)])

    def test_an_explanation_says_what_was_pruned_and_against_what(self):
        spec = self.tiny(tables=["I", "II"], inner_folds=4, lambdas=[1],
                         hyperparameters=SEARCH | {"apply": True})
        state = self.folder / "state"
        self.hone("run", spec, "--state", state, "--slots", 2, "--trainer", QUICK)
        self.assertEqual(violations(state), [])
        said = self.hone("explain", "II:Lesions:0x", "--state", state).stdout
        self.assertRegex(said, r"training\.l2 [0-9.]+: [0-9.]+ on 1 of 4 folds, pruned at rung 1, "
                               r"where the least that went on had [0-9.]+\n")
        choice = json.loads(self.hone("explain", "II:Lesions:0x", "--json", "--state",
                                      state).stdout)["choices"][0]
        self.assertEqual(sum("pruned" in each for each in choice["candidates"]), 4)

    def test_a_plan_says_how_many_trainings_are_left_out(self):
        spec = self.tiny(tables=["I"], inner_folds=4, hyperparameters=SEARCH)
        plan = self.hone("plan", spec, "--state", self.folder / "state").stdout
        self.assertIn(f"24 at most; halving leaves out up to {PRUNED}, so {TRAINED} at least", plan)


if __name__ == "__main__":
    unittest.main()
