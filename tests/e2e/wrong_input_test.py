"""What is wrong is said in one line, with the exit code that scripts look at."""

import json
import os
import signal
import sys
import unittest

from harness import QUICK, WORKER, HoneTest, query, violations
from pictures import write_disc

WRONG_INPUT, FAILED = 2, 1

# A trainer that dies of every refinement with λ 0.1.
CRASHES = """#!{python}
import os, subprocess, sys
trainer = subprocess.Popen(["{trainer}"], stdin=subprocess.PIPE)
for line in sys.stdin:
    if '"lambda":0.1' in line and '"role":"refine"' in line:
        trainer.kill()
        os.kill(os.getpid(), 9)
    trainer.stdin.write(line.encode())
    trainer.stdin.flush()
"""


class WrongInput(HoneTest):
    def assert_refused(self, code, words, *says):
        """Exit code `code`, nothing on stdout, one line on stderr that has all of `says`."""
        done = self.hone(*words, code=code)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr, r"\Ahone: error: [^\n]+\n\Z")
        for text in says:
            self.assertIn(str(text), done.stderr)

    def state(self):
        return self.folder / "state"

    def assert_nothing_was_submitted(self):
        if (self.state() / "hone.sqlite").exists():
            self.assertEqual(query(self.state(), "SELECT count(*) FROM sweep"), [(0,)])

    def test_an_unknown_key_in_an_experiment(self):
        spec = self.tiny(epochz=3)
        self.assert_refused(WRONG_INPUT, ["run", spec, "--state", self.state()], "epochz", spec)
        self.assertFalse(self.state().exists())

    def test_nothing_foreign_speaks_to_the_terminal(self):
        red, shown = "\x1b[31m", "\\x1b[31m"
        spec = self.tiny(**{f"na{red}me": 1})
        self.assert_refused(WRONG_INPUT, ["plan", spec], f"na{shown}me")
        self.assert_refused(WRONG_INPUT, ["plan", f"no{red}thing.json"], f"no{shown}thing.json")
        self.assert_refused(WRONG_INPUT, [f"pl{red}an"], f"pl{shown}an")
        access = self.folder / "access.json"
        access.touch(0o600)
        access.write_text(json.dumps({"host": f"evil{red}host", "port": 1, "token": "0" * 64}))
        self.assert_refused(FAILED, ["status", "--access", access], f"evil{shown}host")
        self.hone("run", self.tiny(), "--state", self.state(), "--trainer", QUICK)
        asked = ["query", "SELECT char(27) || '[31mred' AS x", "--state", self.state()]
        self.assertEqual(self.hone(*asked).stdout, "x\n [31mred\n")
        self.assertEqual(self.hone(*asked, "--format", "csv").stdout, f"x\n{red}red\n")
        self.assertEqual(json.loads(self.hone(*asked, "--json").stdout)["rows"], [[f"{red}red"]])

    def test_a_path_that_is_no_text_cannot_be_printed_as_json(self):
        words = ["doctor", "--quick", "--json", "--trainer", QUICK, "--state", self.folder / os.fsdecode(b"\xff")]
        self.assert_refused(FAILED, words, "a name or a path is not UTF-8")

    def test_an_experiment_that_is_not_there(self):
        self.assert_refused(WRONG_INPUT, ["run", "missing.json", "--state", self.state()],
                            "missing.json")
        self.assertFalse(self.state().exists())

    def test_an_experiment_that_is_a_folder(self):
        self.assert_refused(WRONG_INPUT, ["run", self.folder, "--state", self.state()])

    def test_a_setting_that_makes_no_sense(self):
        words = ["run", self.tiny(), "--state", self.state(), "-S", "image_size=33"]
        self.assert_refused(WRONG_INPUT, words, "image_size")
        words[-1] = "training.epochz=3"
        self.assert_refused(WRONG_INPUT, words, "epochz")

    def test_an_option_and_a_command_that_do_not_exist(self):
        self.assert_refused(WRONG_INPUT, ["run", self.tiny(), "--fast"], "--fast")
        self.assert_refused(WRONG_INPUT, ["trial", "show", "1", "--jsno"], "'--jsno' is not expected here; did you mean '--json'?")
        self.assert_refused(WRONG_INPUT, ["serve", "--port", "99999"], "not in range 0 to 65535")
        self.assert_refused(WRONG_INPUT, [], "hone --help")

    def test_a_data_set_that_is_not_there(self):
        spec = self.tiny(datasets=[{"name": "PH2", "layout": "ph2", "path": "ph2"}])
        data = self.folder / "no data"
        self.assert_refused(WRONG_INPUT, ["run", spec, "--state", self.state(), "--data", data],
                            "PH2", data)
        self.assert_no_orphan()
        self.assert_nothing_was_submitted()

    def test_masks_that_a_rule_leaves_empty_are_warned_of(self):
        (self.folder / "none.json").write_text(json.dumps({"foreground": {"levels": [7]}}))
        for name in ("images", "masks"):
            (self.folder / "pairs" / name).mkdir(parents=True)
        for number in range(5):
            image, mask = (self.folder / "pairs" / kind / f"{number}.png"
                           for kind in ("images", "masks"))
            write_disc(image, mask, 32, number)
        spec = self.tiny(datasets=[{"name": "Mine", "use": "./none.json", "path": "pairs"}])
        told = self.hone("plan", spec, "--state", self.state(), "--data", self.folder, code=2)
        self.assertIn("'Mine': every mask is empty", told.stderr)

    def test_a_team_that_this_machine_has_no_room_for_is_refused(self):
        said = self.hone("run", self.tiny(), "--state", self.state(), "--slots", 2, "-S", "numerics.ranks=3",
                         code=2).stderr
        self.assertIn("--slots 3 makes room", said)

    def test_a_worker_that_can_start_no_team_or_keep_no_file_says_so_at_once(self):
        said = self.run_program(WORKER, "--mpirun", "/nowhere/mpirun", code=2).stderr
        self.assertIn("--mpirun /nowhere/mpirun: cannot be run: No such file or directory", said)
        state = self.state()
        self.serve(state)
        said = self.run_program(WORKER, "--access", state / "access.json", "--cache", "/proc/nowhere", code=1,
                                seconds=20).stderr
        self.assertIn("cannot make /proc/nowhere", said)

    def test_data_that_is_not_there_is_told_with_the_folder_it_was_looked_for_in(self):
        spec = self.tiny(datasets=[{"name": "Mine", "layout": "pairs", "path": "nowhere", "images": "i", "masks": "m"}])
        said = self.hone("plan", spec, "--data", self.folder, code=2).stderr
        self.assertIn(f"its path is relative to --data, which is {self.folder}", said)

    def test_a_choice_without_a_candidate_that_crashed_is_said_and_the_same_command_tries_again(self):
        """The table has every number, but with another λ than it would have: no success."""
        trainer = self.folder / "trainer"
        trainer.write_text(CRASHES.format(python=sys.executable, trainer=str(QUICK)))
        trainer.chmod(0o700)
        spec = self.tiny(lambdas=[0.1, 1])
        words = ["run", spec, "--state", self.state(), "--trainer"]
        done = self.hone(*words, trainer, code=3)
        self.assertIn("Quality 1x", done.stdout)
        self.assertIn("refine/lambda=0.1: ", done.stderr)
        self.assertIn("the same command tries them again", done.stderr)
        self.hone(*words, QUICK)
        self.assertEqual(query(self.state(), "SELECT excluded FROM choice WHERE name = 'lambda'"),
                         [(0,)])

    def test_no_coordinator(self):
        self.assert_refused(FAILED, ["status", "--state", self.state()], "there are no results in", "hone serve")
        self.assert_refused(FAILED, ["submit", self.tiny(), "--state", self.state()], "no coordinator was ever started",
                            "hone serve")
        self.assert_refused(FAILED, ["table", "II", "--state", self.state()], self.state())
        self.assertFalse(self.state().exists())

    def test_a_coordinator_that_has_gone(self):
        coordinator = self.serve(self.state())
        coordinator.send_signal(signal.SIGKILL)
        coordinator.wait()
        self.assert_refused(FAILED, ["submit", self.tiny(), "--state", self.state()],
                            "no coordinator answers", "127.0.0.1", "hone serve")
        told = self.hone("status", "--state", self.state())
        self.assertIn("no coordinator runs", told.stderr)
        self.assertIn("no sweep yet", told.stdout)

    def test_a_sweep_that_does_not_exist(self):
        self.serve(self.state())
        for words in (["status", 7], ["table", "II", 7]):
            self.assert_refused(WRONG_INPUT, [*words, "--state", self.state()], "no sweep 7")
        access = ["--access", self.state() / "access.json"]
        self.assert_refused(WRONG_INPUT, ["table", "II", 7, *access], "no sweep 7")
        self.assert_refused(WRONG_INPUT, ["table", "II", "seven", *access], "seven")
        self.assert_refused(WRONG_INPUT, ["table", "II", "7x", "--state", self.state()], "7x")
        self.assert_refused(WRONG_INPUT, ["table", "II", *access], "no sweep was submitted")

    def test_an_access_file_that_others_may_read(self):
        self.serve(self.state())
        access = self.state() / "access.json"
        self.assertEqual(access.stat().st_mode & 0o777, 0o600)
        access.chmod(0o644)
        self.assert_refused(FAILED, ["status", "--state", self.state()], "chmod 600", access)

    def test_a_wrong_token(self):
        self.serve(self.state())
        access = json.loads((self.state() / "access.json").read_text())
        mine = self.folder / "mine.json"
        mine.touch(0o600)
        mine.write_text(json.dumps(access | {"token": "0" * 64}))
        self.assert_refused(FAILED, ["status", "--access", mine], "token")
        self.assert_refused(FAILED, ["submit", self.tiny(), "--access", mine], "token")
        self.assert_nothing_was_submitted()

    def test_a_state_folder_in_use(self):
        self.serve(self.state())
        self.assert_refused(FAILED, ["run", self.tiny(), "--state", self.state()],
                            "another coordinator", self.state())

    def test_a_trainer_that_does_not_start(self):
        run = self.hone("run", self.tiny(), "--state", self.state(), "--trainer", "/bin/false",
                        code=FAILED)
        self.assertIn("hone: error: the worker ended", run.stderr.splitlines()[-1])
        self.assert_no_orphan()
        self.hone("run", self.tiny(), "--state", self.state(), "--trainer", QUICK)
        self.assertEqual(violations(self.state()), [])


if __name__ == "__main__":
    unittest.main()
