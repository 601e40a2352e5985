"""hone trials, trial, why, retry: looking at single trials, with a coordinator and without one."""

import json
import os
import pty
import select
import subprocess
import time
import unittest

from harness import HONE, QUICK, WORKER, HoneTest, query, violations

CRASHES = {"HONE_QUICK_CRASH": "refine"}  # every refinement ends with a signal


class Trials(HoneTest):
    """On the finished sweep 1 of a state folder without a coordinator, but for tests that start one."""

    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.environment["HONE_STATE"] = str(self.state)

    def run_tiny(self):
        self.hone("run", self.tiny(), "--trainer", QUICK)

    def json(self, *words, code=0):
        return json.loads(self.hone(*words, "--json", code=code).stdout)

    def one(self, **filters):
        """The number of some trial of sweep 1."""
        words = [word for name, value in filters.items() for word in (f"--{name}", value)]
        return self.json("trials", *words)["trials"][0]["trial"]

    def test_a_sweep_s_trials_are_listed_and_filtered(self):
        self.run_tiny()
        every = self.json("trials")
        self.assertEqual(every["schema"], "hone.trials.v1")
        self.assertEqual(every["total"], len(every["trials"]))
        refine = self.json("trials", "--role", "refine", "--fold", 0, "--limit", 0)
        self.assertTrue(all(each["role"] == "refine" for each in refine["trials"]))
        ids = self.hone("trials", "--role", "refine", "--fold", 0, "--ids").stdout.split()
        self.assertEqual(ids, [str(each["trial"]) for each in refine["trials"]])
        text = self.hone("trials", "--limit", 2)
        self.assertEqual(len(text.stdout.splitlines()), 3)
        self.assertIn("--limit 0 prints all", text.stderr)
        self.assertIn("no coordinator runs", text.stderr)
        self.assertNotIn("\033", text.stdout)
        self.assertIn("no trial of sweep 1 matches", self.hone("trials", "--only", "failed").stderr)
        self.assertIn("--only failed", self.hone("trials", "--state", "failed", code=2).stderr)
        self.assertIn("there is no sweep 9", self.hone("trials", 9, code=2).stderr)

    def test_a_trial_is_shown_by_number_and_by_name(self):
        self.run_tiny()
        number = self.one(role="refine")
        shown = self.json("trial", "show", number)
        self.assertEqual(shown["schema"], "hone.trial.v1")
        name = shown["sweeps"][0]["name"]
        self.assertEqual(self.json("trial", "show", name)["trial"], number)
        text = self.hone("trial", "show", number).stdout
        for part in (shown["identity"], "Settings", "Needs", "Attempts", "weights", "Mean Dice", "/refine/"):
            self.assertIn(part, text)
        choice = next(each["trial"] for each in self.json("trials", "1")["trials"] if each["role"] == "select")
        self.assertIn("the coordinator makes this choice", self.hone("trial", "show", choice).stdout)
        self.assertIn("write one in full", self.hone("trial", "show", "e", code=2).stderr)
        self.assertIn("'hone trials 1' lists them", self.hone("trial", "show", "none such", code=2).stderr)
        self.assertIn("there is no trial 999", self.hone("trial", "show", 999, code=2).stderr)

    def test_logs_have_what_was_recorded_and_nothing_else(self):
        self.run_tiny()
        number = self.one(role="segment")
        epochs = query(self.state, "SELECT count(*) FROM epoch WHERE trial = ?", number)[0][0]
        done = self.hone("trial", "logs", number, "--follow")
        self.assertEqual(done.stdout.count("  epoch "), epochs)
        self.assertIn("attempt 1 began on worker", done.stdout)
        self.assertIn("attempt 1 done", done.stdout)
        log = self.json("trial", "logs", number)
        self.assertEqual((log["schema"], len(log["epochs"])), ("hone.trial_log.v1", epochs))

    def test_a_difference_names_the_keys(self):
        self.run_tiny()
        first, second = [each["trial"] for each in self.json("trials", "--role", "refine")["trials"]][:2]
        diff = self.json("trial", "diff", first, second)
        specs = [self.json("trial", "show", each)["spec"] for each in (first, second)]
        for change in diff["changes"]:
            if change["path"].startswith("/inputs"):
                continue
            for side, spec in zip(("first", "second"), specs):
                for key in change["path"].strip("/").split("/"):
                    spec = spec[key]
                self.assertEqual(spec, change[side])
        self.assertTrue(diff["changes"])
        self.assertIn(diff["changes"][0]["path"], self.hone("why", first, second).stdout)
        self.assertIn("same trial", self.hone("trial", "diff", first, first).stdout)

    def test_why_a_trial_waits(self):
        self.serve(self.state)
        self.hone("submit", self.tiny())
        ready, waiting = self.one(role="segment"), self.one(role="refine")
        kinds = lambda trial: [each["kind"] for each in self.json("why", trial)["reasons"]]
        self.assertEqual(kinds(ready), ["no_worker"])
        self.assertEqual(kinds(waiting), ["needs"])
        needs = self.json("why", waiting)["reasons"][0]["trials"]
        self.assertIn(ready, [each["trial"] for each in needs])
        self.hone("pause")
        why = self.json("why", ready)
        self.assertEqual([each["kind"] for each in why["reasons"]], ["sweep"])
        self.assertEqual(why["next"], "hone resume 1")
        text = self.hone("why", ready).stdout
        self.assertIn("sweep 1, Tiny, is paused", text)
        self.assertIn("next: hone resume 1", text)

    def test_why_of_a_file_says_that_nothing_runs(self):
        server = self.serve(self.state)
        self.hone("submit", self.tiny())
        server.terminate()
        server.wait(timeout=10)
        why = self.json("why", self.one(role="segment"))
        self.assertEqual([each["kind"] for each in why["reasons"]], ["no_coordinator"])
        self.assertEqual(why["next"], "hone serve")

    def test_what_failed_is_explained_and_retried(self):
        self.environment |= CRASHES
        self.hone("run", self.tiny(), "--trainer", QUICK, code=3)
        failed = self.json("trials", "--only", "failed", "--role", "refine")["trials"]
        blocked = self.json("trials", "--only", "blocked")["trials"]
        self.assertTrue(failed and blocked)
        why = self.json("why", failed[0]["trial"])
        self.assertEqual(why["next"], f"hone retry --trial {failed[0]['trial']}")
        self.assertIn("crashed", [each["kind"] for each in why["reasons"]])
        roots = self.json("why", blocked[0]["trial"])["reasons"][0]["trials"]
        self.assertTrue(roots and all(each["state"] == "failed" for each in roots))
        log = self.hone("trial", "logs", failed[0]["trial"]).stdout
        self.assertIn("attempt 3 failed", log)
        states = "SELECT id, state FROM trial ORDER BY id"
        before = query(self.state, states)
        dry = self.json("retry", "--dry-run")
        self.assertEqual(query(self.state, states), before)
        mixed = self.hone("retry", "--trial", f"{failed[0]['trial']},{failed[1]['trial']},9999", "--dry-run")
        for each in failed[:2]:
            self.assertIn(f"  trial {each['trial']}  ", mixed.stdout)
        self.assertIn("left as it is: there is no trial 9999", mixed.stderr)
        every = self.json("retry", "--trial", "1-1000", "--dry-run")
        self.assertEqual((every["failed"], every["blocked"]), (dry["failed"], dry["blocked"]), "each counts once")
        self.assertEqual(query(self.state, states), before)
        one = self.json("retry", "--trial", failed[0]["trial"])
        self.assertIn(failed[0]["trial"], [each["trial"] for each in one["trials"]])
        rest = self.json("retry")
        self.assertEqual(dry["failed"], one["failed"] + rest["failed"])
        self.assertEqual(dry["blocked"], one["blocked"] + rest["blocked"])
        self.assertEqual(violations(self.state), [])
        self.assertIn("nothing to retry", self.hone("retry").stdout)
        self.assertIn("only what failed", self.hone("retry", "--trial", self.one(role="segment"), code=1).stderr)
        self.assertIn("only what failed", self.hone("retry", "--trial", "1-1000", code=1).stderr)
        for name in CRASHES:
            del self.environment[name]
        self.serve(self.state)
        worker = self.start(WORKER, "--access", self.state / "access.json", "--until-drained",
                            "--trainer", QUICK, name="worker")
        self.assertEqual(worker.wait(timeout=60), 0)
        self.assertEqual(self.json("trials", "--only", "failed")["total"], 0)
        self.assertEqual(self.json("status", 1)["finished"], True)


class Control(HoneTest):
    """Selections of sweeps, dry runs, and changes without a coordinator."""

    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.environment["HONE_STATE"] = str(self.state)
        self.server = self.serve(self.state)
        for seed in (1, 2, 3):
            self.hone("submit", self.tiny(seeds=[seed]))

    def states(self):
        return [state for (state,) in query(self.state, "SELECT state FROM sweep ORDER BY id")]

    def test_a_coordinator_that_is_named_has_no_folder_in_its_place(self):
        """It does not answer; the state folder that the command would take else is right here."""
        self.server.terminate()
        self.assertEqual(self.server.wait(timeout=10), 0)
        far = self.folder / "far.json"
        far.touch(mode=0o600)
        far.write_text(json.dumps(json.loads((self.state / "access.json").read_text()) | {"port": 1}))
        self.environment["HONE_ACCESS"] = str(far)
        for words in (["pause", 1], ["cancel", 1], ["retry", 1], ["table", "II"]):
            with self.subTest(words):
                self.assertIn("no coordinator", self.hone(*words, code=1).stderr)
        self.assertEqual(self.states(), ["active"] * 3)

    def test_several_sweeps_at_once(self):
        self.hone("pause", "1-2")
        self.assertEqual(self.states(), ["paused", "paused", "active"])
        self.hone("resume", "all")
        self.hone("pause")
        self.assertEqual(self.states(), ["active", "active", "paused"])
        many = json.loads(self.hone("cancel", "1,3", "--json").stdout)
        self.assertEqual([each["sweep"] for each in many["sweeps"]], [1, 3])
        self.assertEqual(self.states(), ["cancelled", "active", "cancelled"])
        self.assertIn("waiting, but the sweep is cancelled", self.hone("table", "II", "1", code=3).stdout)
        self.assertEqual(json.loads(self.hone("status", "last", "--json").stdout)["sweep"], 3)
        self.assertEqual(self.hone("status", "1-2").stdout.count("sweep "), 2)
        self.assertIn("there is no sweep 7", self.hone("pause", "1,7", code=2).stderr)
        self.assertIn("names no sweep", self.hone("status", "newest", code=2).stderr)
        self.assertIn("SWEEPS", self.hone("cancel", code=2).stderr)
        self.assertEqual(self.states(), ["cancelled", "active", "cancelled"])

    def test_a_dry_run_changes_nothing(self):
        before = self.states()
        for words in (["cancel", "all"], ["pause", "last"], ["priority", "2", "5"], ["retry", "all"]):
            text = self.hone(*words, "--dry-run").stdout
            self.assertTrue(text)
            self.assertEqual(self.states(), before)
        told = json.loads(self.hone("cancel", "2", "--dry-run", "--json").stdout)
        self.assertEqual((told["state"], told["before"]["state"], told["dry_run"]),
                         ("cancelled", "active", True))
        self.assertEqual(query(self.state, "SELECT sum(priority) FROM sweep"), [(0,)])
        sweeps = query(self.state, "SELECT count(*) FROM sweep")
        for command in ("submit", "tell"):
            self.assertIn("trainings", self.hone(command, self.tiny(seeds=[4]), "--dry-run").stdout)
        self.assertEqual(query(self.state, "SELECT count(*) FROM sweep"), sweeps)

    def test_what_is_finished_stays_so(self):
        worker = self.start(WORKER, "--access", self.state / "worker.json", "--trainer", QUICK, "--until-drained",
                            name="worker")
        self.assertEqual(worker.wait(timeout=60), 0)
        for words in (["pause", 1], ["cancel", 2], ["cancel", 2, "--dry-run"]):
            self.assertIn("is finished: nothing of it runs or waits", self.hone(*words, code=1).stderr)
        self.hone("submit", self.tiny(seeds=[4]))
        done = self.hone("pause", "all")
        self.assertIn("left as it is: sweep 1 is finished", done.stderr)
        self.assertIn("sweep 4, Tiny: paused", done.stdout)
        self.assertEqual(self.states(), ["active"] * 3 + ["paused"])

    def test_without_a_coordinator_the_file_is_changed(self):
        self.server.terminate()
        self.assertEqual(self.server.wait(timeout=10), 0)
        self.hone("pause", "last")
        self.assertEqual(self.states(), ["active", "active", "paused"])
        self.assertEqual(violations(self.state), [])


class Top(HoneTest):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.environment |= {"HONE_STATE": str(self.state), "HONE_QUICK_MILLISECONDS": "300"}
        self.serve(self.state)
        self.hone("submit", self.tiny())

    def test_once_is_plain_text(self):
        text = self.hone("top").stdout  # no terminal: the same as --once
        self.assertIn("Tiny", text)
        self.assertNotIn("\033", text)
        self.assertEqual(json.loads(self.hone("top", "--json").stdout)["schema"], "hone.top.v1")
        self.assertIn("not from", self.hone("top", "--every", "1ms", code=2).stderr)

    def test_on_a_terminal_it_is_live_and_q_ends_it(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        process = subprocess.Popen([HONE, "top", "--every", "200ms"], stdin=slave, stdout=slave, stderr=slave,
                                   env=self.environment | {"TERM": "xterm-256color", "LINES": "40",
                                                           "COLUMNS": "140"}, start_new_session=True)
        os.close(slave)
        self.started.append(process)
        seen = self.read_until(master, b"Tiny")
        self.assertIn(b"0 workers", seen)
        self.start(WORKER, "--access", self.state / "access.json", "--until-drained", "--trainer", QUICK,
                   name="worker")
        self.read_until(master, b"Running")
        os.write(master, b"\033OB\033OAq")
        self.assertEqual(process.wait(timeout=10), 0)

    def read_until(self, terminal, text, seconds=30):
        seen, end = b"", time.monotonic() + seconds
        while text not in seen:
            self.assertLess(time.monotonic(), end, seen[-2000:])
            if select.select([terminal], [], [], 0.1)[0]:
                seen += os.read(terminal, 65536)
        return seen


if __name__ == "__main__":
    unittest.main()
