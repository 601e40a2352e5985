"""What hone says of itself: help texts against tests/golden/help, completions in a shell, manual pages.

HONE_BLESS=1 writes the golden files anew; read the difference before you commit it.
"""

import json
import os
import re
import shutil
import subprocess
import unittest

from harness import HONE, QUICK, SOURCE, TRIALS, WORKER, HoneTest

GOLDEN = SOURCE / "tests" / "golden" / "help"


class Help(HoneTest):
    def commands(self, *path):
        """The words of every command at and below `path`."""
        text = self.hone(*path, "--help").stdout
        found = [path]
        listed = text.partition("\nSubcommands:\n")[2].partition("\n\n")[0]
        for name in re.findall(r"^  ([a-z-]+)", listed, re.M):
            found += self.commands(*path, name)
        return found

    def texts(self):
        """What each command and hone-worker say, by the name of the golden file."""
        found = {"-".join(("hone", *path)) + ".txt": self.hone(*path, "--help").stdout for path in self.commands()}
        return found | {"hone-worker.txt": self.run_program(WORKER, "--help").stdout}

    def test_every_command_says_what_it_should(self):
        GOLDEN.mkdir(exist_ok=True)
        texts = self.texts()
        for name, text in texts.items():
            with self.subTest(name):
                self.assertIn("Examples:", text)
                self.assertNotIn(str(HONE.parent), text, "a machine's own path")
                if os.environ.get("HONE_BLESS"):
                    (GOLDEN / name).write_text(text)
                self.assertEqual(text, (GOLDEN / name).read_text(), "HONE_BLESS=1 ctest -R help_test renews it")
        if os.environ.get("HONE_BLESS"):
            for file in GOLDEN.glob("*.txt"):
                if file.name not in texts:
                    file.unlink()
        self.assertEqual({file.name for file in GOLDEN.glob("*.txt")}, set(texts))

    def test_every_command_that_answers_has_json(self):
        without = {("completion",), ("trial",), ()}
        for path in self.commands():
            if path not in without:
                with self.subTest(path):
                    self.assertIn("--json", self.hone(*path, "--help").stdout)


class Completion(HoneTest):
    def complete(self, line):
        """What bash offers for the last word of a line."""
        words = line.split(" ")
        script = (f"source <('{HONE}' completion bash)\nCOMP_WORDS=({' '.join(map(repr, words))})\n"
                  f"COMP_CWORD={len(words) - 1}\n"
                  f"COMP_LINE='{line}'\nCOMP_POINT={len(line)}\ncompopt() {{ :; }}\n_hone\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n")
        done = self.run_program("bash", "-uc", script)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_bash_completes_commands_options_and_values(self):
        self.assertEqual(self.complete("hone ver"), ["verify"])
        self.assertLess({"run", "init", "trials", "why", "top"}, set(self.complete("hone ")))
        self.assertEqual(self.complete("hone trial "), ["show", "logs", "diff"])
        self.assertEqual(self.complete("hone trial logs --fol"), ["--follow"])
        self.assertEqual(self.complete("hone trials --only fa"), ["failed"])
        self.assertIn("--dry-run", self.complete("hone cancel 3 --"))
        self.assertEqual(self.complete("hone trials --grep "), [])
        (self.folder / "mine.json").write_text("{}")
        self.assertEqual(self.complete("hone run mi"), ["mine.json"])
        (self.folder / "sweeps").mkdir()
        self.assertEqual(self.complete("hone status --state swee"), ["sweeps"])
        self.assertEqual(self.complete("hone run --state sweeps mi"), ["mine.json"])

    def test_bash_completes_what_a_command_takes(self):
        (self.folder / "lambda.json").write_text("{}")
        self.assertEqual(self.complete("hone table la"), ["lambda", "last"])
        self.assertEqual(self.complete("hone pause "), ["last", "all"])
        self.assertEqual(self.complete("hone completion z"), ["zsh"])
        self.assertEqual(self.complete("hone why "), [], "no file is a trial")
        (self.folder / "pictures").mkdir()
        self.assertEqual(self.complete("hone init "), ["pictures"])

    def fish(self):
        """What completes a line in fish."""
        if not shutil.which("fish"):
            self.skipTest("no fish here; scripts/setup installs it")
        script = self.folder / "completion.fish"
        script.write_text(self.hone("completion", "fish").stdout)

        def complete(line):
            done = self.run_program("fish", "--no-config", "-c", f"source {script}; complete -C '{line}'")
            self.assertEqual(done.stderr, "")
            return [each.split("\t")[0] for each in done.stdout.splitlines()]

        return complete

    def test_fish_completes_the_same(self):
        complete = self.fish()
        (self.folder / "mine.json").write_text("{}")
        self.assertEqual(complete("hone ver"), ["verify"])
        self.assertEqual(set(complete("hone trial ")), {"show", "logs", "diff"})
        self.assertEqual(complete("hone trial logs --fol"), ["--follow"])
        self.assertEqual(complete("hone trials --only fa"), ["failed"])
        self.assertEqual(complete("hone pause "), ["all", "last"])
        self.assertEqual(complete("hone why "), [])
        self.assertIn("mine.json", complete("hone run mi"))

    def zsh(self):
        """What completes a line in zsh. Its functions that show what there is are put in here."""
        if not shutil.which("zsh"):
            self.skipTest("no zsh here; scripts/setup installs it")
        script = self.folder / "completion.zsh"
        script.write_text(self.hone("completion", "zsh").stdout)
        shown = ("compdef() { : }; _files() { print files $* }; _message() { print message $* }\n"
                 "compadd() { shift; print -l -- $* }; _describe() { print -rl -- ${(P)2} }\n")

        def complete(line):
            words = " ".join(map(repr, line.split(" ")))
            done = self.run_program("zsh", "-fc", f"{shown}source {script}\nwords=({words}); CURRENT={len(line.split(' '))}\n"
                                    "_hone")
            self.assertEqual(done.stderr, "")
            return [re.split(r"(?<!\\):", each)[0].replace("\\:", ":") for each in done.stdout.splitlines()]

        return complete

    def test_zsh_completes_the_same(self):
        complete = self.zsh()
        self.assertLess({"run", "verify", "trials"}, set(complete("hone ")))
        self.assertEqual(complete("hone trial "), ["show", "logs", "diff"])
        self.assertIn("--follow", complete("hone trial logs --"))
        self.assertIn("failed", complete("hone trials --only "))
        self.assertEqual(complete("hone pause "), ["last", "all"])
        self.assertEqual(complete("hone run "), ["files"])
        self.assertEqual(complete("hone init "), ["files -/"])

    def test_shells_offer_the_sweeps_and_trials_that_there_are(self):
        state = self.folder / "elsewhere"
        self.serve(state)
        for name in ("One", "Two"):
            self.hone("submit", self.tiny(name=name), "--state", state)
        trials = [str(number) for number in range(1, TRIALS + 1)]
        self.environment |= {"PATH": f"{HONE.parent}:{self.environment['PATH']}", "HONE_STATE": str(state)}
        for complete in (self.complete, self.fish(), self.zsh()):
            with self.subTest(complete):
                self.assertCountEqual(complete("hone pause "), ["last", "all", "1", "2"])
                self.assertCountEqual(complete("hone why "), trials)
                self.assertCountEqual(complete("hone trial diff "), trials)
                self.assertCountEqual(complete("hone retry --trial "), trials)
        self.assertEqual(self.complete("hone why 1"), [each for each in trials if each[0] == "1"])
        self.environment.pop("HONE_STATE")
        self.assertEqual(self.complete("hone why "), [])
        self.assertEqual(self.complete(f"hone why --state {state} "), trials)

    def test_shells_offer_the_cells_that_there_are(self):
        self.hone("run", self.tiny(), "--trainer", QUICK)
        self.environment["PATH"] = f"{HONE.parent}:{self.environment['PATH']}"
        cells = [line.split("\t")[0] for line in self.hone("completion", "cells").stdout.splitlines()]
        self.assertIn("II:Lesions:quality-1x", cells)
        for complete in (self.complete, self.fish()):
            with self.subTest(complete):
                self.assertCountEqual(complete("hone explain "), cells)
                self.assertCountEqual(complete("hone compare II:Lesions:0x "), cells)
        self.assertCountEqual(self.zsh()("hone verify "), cells)
        # What stands before the last colon is a word of its own to bash.
        self.assertEqual(self.complete("hone explain II:Lesions:quality-"),
                         [each.split(":")[2] for each in cells if each.startswith("II:Lesions:quality-")])
        self.assertEqual(self.complete("hone run mine.json --profile s"), ["smoke"])

    def test_other_shells_can_read_theirs(self):
        for shell in ("zsh", "fish"):
            script = self.hone("completion", shell).stdout
            self.assertIn("trials", script)
            if shutil.which(shell):
                file = self.folder / f"completion.{shell}"
                file.write_text(script)
                self.run_program(shell, "-n", file)
        self.assertIn("SHELL", self.hone("completion", "tcsh", code=2).stderr)


class Manual(HoneTest):
    def test_every_command_has_a_page_that_man_renders(self):
        told = json.loads(self.hone("man", "man1", "--json").stdout)
        pages = sorted((self.folder / "man1").glob("*.1"))
        self.assertEqual(len(pages), len(told["files"]))
        self.assertLess({"hone.1", "hone-run.1", "hone-trial-show.1"}, {page.name for page in pages})
        for page in pages:
            self.assertRegex(page.read_text(), r"\A\.TH ")
        text = (self.folder / "man1" / "hone-trials.1").read_text()
        self.assertIn(r"\fB\-\-only\fR", text)
        self.assertIn("hone trials 3 \\-\\-only failed", text)
        if shutil.which("groff"):
            for page in pages:
                done = self.run_program("groff", "-k", "-man", "-ww", "-z", "-Tutf8", page)
                self.assertEqual(done.stderr, "", page.name)
        if shutil.which("man"):
            self.environment |= {"MANWIDTH": "100", "LC_ALL": "C.UTF-8"}
            shown = self.run_program("man", "-l", self.folder / "man1" / "hone-trials.1")
            self.assertEqual(shown.stderr, "")
            for part in ("SYNOPSIS", "--only", "EXIT STATUS", "hone trials 3 --only failed"):
                self.assertIn(part, re.sub(r".\x08", "", shown.stdout))


if __name__ == "__main__":
    unittest.main()
