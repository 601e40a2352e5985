"""What --json prints: one object that names its schema, with the keys that docs/json.md says.

HONE_BLESS=1 writes the list in docs/json.md anew.
"""

import json
import os
import re
import unittest

from harness import HONE, QUICK, SOURCE, WORKER, HoneTest

PAGE = SOURCE / "docs" / "json.md"
MARKS = "<!-- shapes: begin -->\n", "<!-- shapes: end -->\n"
# Commands whose objects are others' or say nothing of the kind: their help says what they print.
OTHERS = {"hone", "hone-trial", "hone-completion", "hone-worker", "hone-serve"}


def kind(value):
    if value is None:
        return "null or a value"
    return {bool: "true or false", int: "number", float: "number", str: "text"}.get(type(value), "")


def keys_of(value):
    """The keys of an object, or of all objects of a list."""
    objects = value if isinstance(value, list) else [value]
    found = {key: None for each in objects if isinstance(each, dict) for key in each}
    return ", ".join(f"`{key}`" for key in found)


def described(key, value):
    below = keys_of(value)
    if isinstance(value, list):
        return f"- `{key}`: list" + (f" of {below}" if below else "")
    if isinstance(value, dict):
        return f"- `{key}`: object" + (f" of {below}" if below else "")
    return f"- `{key}`: {kind(value)}"


def shape(command, answer):
    lines = [f"### {command}", "", f"`{answer['schema']}`", ""]
    return "\n".join(lines + [described(key, answer[key]) for key in sorted(answer) if key != "schema"]) + "\n"


class Json(HoneTest):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.environment |= {"HONE_STATE": str(self.state), "HOME": str(self.folder)}
        self.shapes = {}

    def told(self, command, *words, code=0):
        """Notes the shape of what `hone COMMAND WORDS --json` prints and returns it."""
        done = self.hone(*command.split(), *words, "--json", code=code)
        answer = json.loads(done.stdout)
        self.assertIsInstance(answer, dict, command)
        self.assertRegex(answer["schema"], r"^hone\.[a-z_]+\.v\d+$", command)
        self.shapes["hone " + command] = answer
        return answer

    def work(self):
        worker = self.start(WORKER, "--access", self.state / "worker.json", "--trainer", QUICK, "--until-drained",
                            name="worker")
        self.assertEqual(worker.wait(timeout=120), 0)

    def before_there_are_results(self, spec):
        pictures = self.folder / "pictures"
        self.told("ingest", "lesions", "--count", 8, "--size", 16, "--store", pictures)
        self.told("plan", spec)
        self.told("schema")
        self.told("man", self.folder / "man1")

    def of_sweeps(self, spec):
        self.told("submit", spec)
        self.told("tell", spec)
        for command, words in (("pause", ["1"]), ("resume", ["1"]), ("cancel", ["1", "--dry-run"]), ("priority", ["1", "3"])):
            self.told(command, *words)
        self.work()
        self.told("ask", 2)
        self.told("status")
        self.told("top")
        self.told("trials", 1)
        self.told("trial show", 2)
        self.told("trial logs", 2)
        self.told("trial diff", 1, 2)
        self.told("why", 2)
        self.told("retry", 1)

    def of_results(self):
        cell, other = "II:Lesions:quality-1x", "II:Lesions:no-quality-1x"
        for command, words in (("table", ["II"]), ("claims", []), ("stopping", []), ("quality", []), ("metrics", [])):
            self.told(command, *words, 1)
        self.told("compare", cell, other, 1)
        self.told("explain", cell, 1)
        self.told("verify", cell, 1, "--trainer", QUICK)
        self.told("query", "SELECT id, role FROM trial LIMIT 2")
        self.told("export", self.folder / "exported", 1)
        self.told("backup", self.folder / "copy.sqlite")

    def of_the_coordinator(self):
        self.told("dashboard", "--no-open")
        self.told("doctor", "--quick", code=None)
        self.told("gc", "--dry-run")
        self.told("repair", "--dry-run")
        self.told("rotate-token", "worker")

    def test_is_what_the_page_says(self):
        spec = self.tiny()
        self.before_there_are_results(spec)
        (self.folder / "own").mkdir()
        self.told("run", spec, "--state", self.folder / "own", "--trainer", QUICK)
        self.serve(self.state)
        self.of_sweeps(spec)
        self.of_results()
        self.of_the_coordinator()
        text = MARKS[0] + "\n" + "\n".join(shape(*each) for each in sorted(self.shapes.items())) + "\n" + MARKS[1]
        page = PAGE.read_text()
        if os.environ.get("HONE_BLESS"):
            page = re.sub(f"{MARKS[0]}.*{MARKS[1]}", lambda _: text, page, flags=re.S)
            PAGE.write_text(page)
        self.assertIn(text, page, "HONE_BLESS=1 ctest -R json_test renews docs/json.md")
        commands = {file.stem for file in (SOURCE / "tests" / "golden" / "help").glob("*.txt")} - OTHERS
        untried = commands - {each.replace(" ", "-") for each in self.shapes}
        self.assertEqual(untried - {"hone-init"}, set(), "commands whose --json nothing looks at")


if __name__ == "__main__":
    unittest.main()
