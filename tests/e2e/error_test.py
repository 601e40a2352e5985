"""What hone says of wrong input, word for word: tests/golden/errors.txt, which HONE_BLESS=1 writes anew."""

import itertools
import json
import os
import re
import shlex
import signal
import time
import unittest

from harness import BIN, QUICK, SOURCE, HoneTest
from pictures import write_disc
from wrong_commands import ANYWHERE, EMPTY, FILES, FINISHED, TWO, WAITING

GOLDEN = SOURCE / "tests" / "golden" / "errors.txt"


class Errors(HoneTest):
    maxDiff = None

    def setUp(self):
        super().setUp()
        for name, text in FILES.items():
            (self.folder / name).write_text(text)
        self.tiny()
        (self.folder / "full").mkdir()
        (self.folder / "full" / "file").write_text("")
        (self.folder / "pictures" / "images").mkdir(parents=True)
        (self.folder / "pictures" / "masks").mkdir()
        for side in ("images", "masks"):
            (self.folder / "round" / side).mkdir(parents=True)
            (self.folder / "round" / side / "0.png").symlink_to("0.png")
            (self.folder / "few" / side).mkdir(parents=True)
            (self.folder / "grey" / side).mkdir(parents=True)
            (self.folder / "grey" / side / "0.png").write_text("no picture")
        for number in (1, 2):
            for side in ("images", "masks"):
                (self.folder / "twins" / side).mkdir(parents=True, exist_ok=True)
            write_disc(self.folder / "twins" / "images" / f"a{number}.png",
                       self.folder / "twins" / "masks" / f"a{number}.png", 32, number)
        (self.folder / "torn" / "PH2 Dataset images" / "IMD001" / "IMD001_Dermoscopic_Image").mkdir(parents=True)
        write_disc(self.folder / "few" / "images" / "0.png", self.folder / "few" / "masks" / "0.png", 32, 0)
        for number in range(5):
            write_disc(self.folder / "pictures" / "images" / f"{number}.png",
                       self.folder / "pictures" / "masks" / f"{number}.png", 32, number)

    def said(self, line):
        """The line, what is answered on stderr, and the exit code, without what differs by machine."""
        words = shlex.split(line)
        given = dict(word.split("=", 1) for word in itertools.takewhile(lambda word: re.match("[A-Z_]+=", word), words))
        program, *words = words[len(given):]
        before = dict(self.environment)
        self.environment |= given
        done = self.run_program(BIN / program, *words, code=None, seconds=30)
        self.environment = before
        self.assertEqual(done.stdout, "", line)
        return f"$ {line}\n{done.stderr}exit {done.returncode}\n".replace(str(self.folder), "FOLDER")

    def section(self, title, lines):
        return f"# {title}\n\n" + "\n".join(self.said(line) for line in lines.strip().splitlines())

    def test_are_worded_as_they_were(self):
        text = self.section("Anywhere", ANYWHERE) + "\n" + self.section("No state folder yet", EMPTY)
        self.assertFalse((self.folder / "hone-state").exists(), "whoever only asks leaves nothing behind")
        self.hone("run", "tiny.json", "--trainer", QUICK)
        text += "\n" + self.section("One finished sweep", FINISHED)
        text += "\n" + self.of_a_waiting_sweep()
        self.tiny(seeds=[2])
        self.hone("run", "tiny.json", "--trainer", QUICK)
        text += "\n" + self.section("Two finished sweeps", TWO)
        if os.environ.get("HONE_BLESS"):
            GOLDEN.write_text(text)
        self.assertEqual(text, GOLDEN.read_text())

    def of_a_waiting_sweep(self):
        self.environment["HONE_STATE"] = str(self.folder / "waiting")
        coordinator = self.serve(self.folder / "waiting")
        self.hone("submit", "tiny.json")
        coordinator.terminate()
        coordinator.wait(timeout=10)
        text = self.section("A sweep that waits", WAITING)
        del self.environment["HONE_STATE"]
        return text

    def test_of_a_query_that_is_stopped(self):
        self.hone("run", "tiny.json", "--trainer", QUICK)
        endless = "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        query = self.start(BIN / "hone", "query", endless, name="query")
        time.sleep(1)
        query.send_signal(signal.SIGINT)
        self.assertEqual(query.wait(timeout=10), 130)
        self.assertIn("hone: error: the query was stopped", (self.folder / "query.log").read_text())

    def test_are_one_line_and_no_librarys(self):
        """No code 0, no empty message, no message of a library alone; the error is the last line."""
        for block in GOLDEN.read_text().split("\n\n"):
            if block.startswith("$"):
                with self.subTest(block):
                    self.assertRegex(block, r"exit [123]\n?\Z")
                    self.assertRegex(block, r"\nhone(-worker)?: error: [^\n]+\nexit \d+\n?\Z")
                    self.assertEqual(block.count(": error: "), 1)
                    self.assertNotIn("json.exception", block)
                    self.assertNotIn("std::", block)


if __name__ == "__main__":
    unittest.main()
